# What Claude Code may speak to the API with. First what the server has put into /familiar/secrets (agents.secrets), then a copied
# ~/.claude folder in /familiar/auth (agents.auth_dir), then the environment: a gateway of your own, Bedrock, Vertex.

secrets=/familiar/secrets
auth=/familiar/auth

in_environment() {
    [[ -n ${ANTHROPIC_API_KEY:-}${ANTHROPIC_AUTH_TOKEN:-}${CLAUDE_CODE_OAUTH_TOKEN:-}${CLAUDE_CODE_USE_BEDROCK:-}${CLAUDE_CODE_USE_VERTEX:-}${CLAUDE_CODE_USE_FOUNDRY:-} ]]
}

# Prints what is wrong and succeeds, if there is nothing to use.
credentials_missing() {
    local name
    for name in anthropic_api_key claude_code_oauth_token; do
        [[ ! -e $secrets/$name ]] || {
            [[ -s $secrets/$name && -r $secrets/$name ]] && return 1
            echo "the secret $name cannot be read or is empty (agents.secrets)"
            return 0
        }
    done
    if [[ -e $auth ]]; then
        [[ -r $auth/.credentials.json ]] && return 1
        in_environment && return 1
        echo "there is no .credentials.json in agents.auth_dir that user $(id -u) may read"
        return 0
    fi
    in_environment && return 1
    echo "no key for Claude Code: set agents.secrets.anthropic_api_key, agents.secrets.claude_code_oauth_token or agents.auth_dir"
}

use_credentials() {
    local part
    if [[ -e $secrets/anthropic_api_key ]]; then
        ANTHROPIC_API_KEY=$(<"$secrets/anthropic_api_key") && export ANTHROPIC_API_KEY
    elif [[ -e $secrets/claude_code_oauth_token ]]; then
        CLAUDE_CODE_OAUTH_TOKEN=$(<"$secrets/claude_code_oauth_token") && export CLAUDE_CODE_OAUTH_TOKEN
    fi
    # Of a whole ~/.claude only what steers the CLI; its past sessions may be gigabytes, and home is memory.
    [[ -d $auth ]] || return 0
    mkdir -p "$HOME/.claude"
    for part in .credentials.json settings.json CLAUDE.md agents commands skills; do
        [[ ! -r $auth/$part ]] || cp -r "$auth/$part" "$HOME/.claude/"
    done
    chmod -R u+rwX "$HOME/.claude"
}

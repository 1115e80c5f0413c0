# shellcheck shell=bash disable=SC2154 # began, ended, fail, name and logs are bootstrap.sh's
# Part of bootstrap.sh: which of Debian's packages a workflow needs, and how the missing ones are installed.

as_root=()
missing() { # those of the given packages that are not installed
    local package
    for package in "$@"; do
        [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
    done
}

# lighttpd, nginx, prometheus and webhook are only wanted as programs: nothing of theirs starts now, or at the next boot. Docker's
# service may start where systemd runs; elsewhere its init script fails in a container, and the installation with it.
unwanted_services=(lighttpd nginx prometheus webhook)
policy=/usr/sbin/policy-rc.d
our_policy=''
deny_services() {
    local service denied='' services=("${unwanted_services[@]}")
    [[ ! -e $policy ]] || return 0
    [[ -d /run/systemd/system ]] || services+=(docker containerd)
    for service in "${services[@]}"; do denied+="$service|$service.service|"; done
    our_policy=yes
    "${as_root[@]}" tee "$policy" >/dev/null <<END
#!/bin/sh
# Written by Familiar's bootstrap.sh for the length of one apt-get install.
case "\$1" in ${denied%|}) exit 101 ;; esac
END
    "${as_root[@]}" chmod 755 "$policy"
}
allow_services() {
    [[ -n $our_policy ]] || return 0
    "${as_root[@]}" rm -f "$policy"
    our_policy=''
}

disable() {
    if command -v systemctl; then
        "${as_root[@]}" systemctl disable --now "$1" || true
    else
        "${as_root[@]}" deb-systemd-helper disable "$1.service" || true
        "${as_root[@]}" update-rc.d "$1" disable || true
    fi
}

install() { # install STEP PACKAGE...: installs those that are missing
    began "$1"
    shift
    { command -v dpkg-query && command -v apt-get; } >/dev/null || fail "this is not a Debian machine" \
        "Install the equivalents of: $*" "then: cmake --workflow --preset $name"
    mapfile -t wanted < <(missing "$@")
    if ((${#wanted[@]} == 0)); then
        ended "all in place"
        return
    fi
    if [[ $(id -u) != 0 ]]; then
        command -v sudo >/dev/null || fail "packages are missing, and this is neither root nor is there sudo" \
            "As root: apt-get install --no-install-recommends ${wanted[*]}"
        as_root=(sudo)
    fi
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
    local log=$logs/packages.log
    local service
    deny_services
    # A repository that doesn't answer only matters if a package is then not found.
    "${apt[@]}" update >"$log" 2>&1 || echo "apt-get update failed; going on with the lists there are" >>"$log"
    if ! "${apt[@]}" install --yes --no-install-recommends "${wanted[@]}" >>"$log" 2>&1; then
        tail -n 15 "$log" >&2
        fail "apt-get could not install: ${wanted[*]}" "The whole output: $log" \
            "The names are Debian 12's (bookworm, main). Is that in /etc/apt/sources.list, and does the mirror answer?"
    fi
    allow_services
    for service in "${unwanted_services[@]}"; do
        [[ " ${wanted[*]} " != *" $service "* ]] || disable "$service" >>"$log" 2>&1
    done
    ended "installed ${#wanted[@]}"
}

build_packages=(ca-certificates clang-19 cmake git libclang-rt-19-dev lld-19 llvm-19 ninja-build
    libboost1.81-dev libboost-filesystem1.81-dev libboost-json1.81-dev libboost-test1.81-dev libboost-url1.81-dev
    libcli11-dev libspdlog-dev libsqlite3-dev libsqlitecpp-dev libssl-dev libyaml-cpp-dev prometheus-cpp-dev)
# The demo's forge (lighttpd runs git's HTTP backend; lsb-base keeps it from pulling in systemd), its agent image, and an engine
# where there is none (iproute2).
run_packages=(curl iproute2 lighttpd lsb-base mmdebstrap)
# strace ends a server at a system call of the test's choice; prometheus and Nagios' check_http poll one; slowhttptest attacks one.
# systemd-analyze (systemd) reads the unit, which wants a /bin/kill (procps); docker-compose the compose file,
# on an engine in a network of its own (iptables).
test_packages=(busybox-static clang-format-19 docker-compose gh iptables monitoring-plugins-basic procps prometheus
    slowhttptest strace systemd)
# adnanh's webhook and nginx are what Familiar is measured beside; the openssl program signs; sqlite3 ages a journal.
bench_packages=(libbenchmark-dev nginx-light openssl sqlite3 webhook wrk)

packages_for() {
    echo "${build_packages[@]}"
    case $1 in
    demo | serve) echo "${run_packages[@]}" ;;
    bench) echo "${run_packages[@]}" "${bench_packages[@]}" ;;
    tidy) echo clang-tidy-19 ;;
    fuzz | release) ;;
    *) echo "${run_packages[@]}" "${test_packages[@]}" ;;
    esac
    # Without root mmdebstrap makes its user namespace with newuidmap.
    [[ $1 == fuzz || $1 == release || $1 == tidy || $(id -u) == 0 ]] || echo uidmap
}

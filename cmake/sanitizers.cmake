# FAMILIAR_SANITIZE=address,undefined or thread: everything is built with it, third-party sources included.
set(FAMILIAR_SANITIZE "" CACHE STRING "Comma-separated sanitizers")

if(FAMILIAR_SANITIZE)
    add_compile_options(-fsanitize=${FAMILIAR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${FAMILIAR_SANITIZE})
endif()

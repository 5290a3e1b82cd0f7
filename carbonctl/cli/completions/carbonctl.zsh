#compdef carbonctl
_carbonctl() {
    local -a found
    found=("${(@f)$(_CARBONCTL_COMPLETE=complete_zsh \
        _TYPER_COMPLETE_ARGS="${(j: :)words[1,CURRENT-1]} ${(q)${(Q)PREFIX}}" \
        ${~${(Q)words[1]}} 2>/dev/null)}")
    if [[ -z "$found[1]" ]]; then
        compset -P '*[=:]'
        _files
    elif [[ "$found[1]" == *= ]]; then
        _describe carbonctl found -U -S ''
    else
        _describe carbonctl found -U
    fi
}
if [[ "$funcstack[1]" == _carbonctl ]]; then
    _carbonctl "$@"
else
    compdef _carbonctl carbonctl
fi

function __carbonctl_offers
    set -l tool (string replace -r '^~' $HOME -- (commandline -opc)[1])
    set -g __carbonctl_found (env _CARBONCTL_COMPLETE=complete_fish \
        _TYPER_COMPLETE_ARGS=(commandline -cp | string collect) $tool 2>/dev/null)
    test (count $__carbonctl_found) -gt 0
end
complete -c carbonctl -n __carbonctl_offers -f -a '(printf "%s\n" $__carbonctl_found)'

@rem cmd.exe has no exec. The npm scripts need one for sh: without it a signal to npm ends the shell alone, not the gateway.
@%*

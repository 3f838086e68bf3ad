# The grammar of command lines, paths and parameters.
cmta_fuzz(command fuzz_command.c typed.c)

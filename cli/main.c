/* tf1c: looks into graphs, checkpoints, arrays and event files, runs graphs, and turns one kind of file into another. */
#include <stdio.h>
#include <string.h>

#include "tool.h"

static const command *const commands[] = { &show_command, &run_command, &convert_command, &events_command };
enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_usage(FILE *to)
{
    fprintf(to, "Usage: tf1c COMMAND …\n\n");
    for (int i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-9s %s\n", commands[i]->name, commands[i]->about);
    fprintf(to,
            "\ntf1c COMMAND --help says more. Exit codes: 0 done, 1 it failed (stderr says why), 2 the command line is wrong.\n");
}

static void say(const tf_error *e)
{
    fflush(stdout);
    fprintf(stderr, "tf1c: %s: %s\n", e->class_name, e->message);
}

static bool asks_for_help(const char *argument) { return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0; }

static int call(const command *c, int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (asks_for_help(argv[i])) {
            printf("%s", c->help);
            return DONE;
        }
    return c->run(argc, argv);
}

int main(int argc, char **argv)
{
    tf_on_error(say);
    if (argc < 2 || asks_for_help(argv[1])) {
        print_usage(argc < 2 ? stderr : stdout);
        return argc < 2 ? MISUSED : DONE;
    }
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i]->name) == 0) {
            const int code = call(commands[i], argc - 2, argv + 2);
            return fflush(stdout) == 0 || code ? code : failed("the output cannot be written");
        }
    fprintf(stderr, "tf1c: there is no command '%s'\n\n", argv[1]);
    print_usage(stderr);
    return MISUSED;
}

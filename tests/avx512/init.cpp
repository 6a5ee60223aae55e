// The only program that the emulated machine starts: runs /program with the arguments of /arguments, one a line, in the
// folder /tests, says how it ended, and switches the machine off.
#include <fcntl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <vector>

int main() {
    static char text[4096];
    const int file = open("/arguments", O_RDONLY);
    const ssize_t size = file < 0 ? 0 : read(file, text, sizeof text - 1);
    std::vector<char*> arguments{const_cast<char*>("/program")};
    char* begin = text;
    for (char* end = text; end < text + size; ++end) {
        if (*end != '\n') continue;
        *end = 0;
        arguments.push_back(begin);
        begin = end + 1;
    }
    arguments.push_back(nullptr);

    std::printf("\nprogram starts\n");
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        if (chdir("/tests") == 0) execv("/program", arguments.data());
        std::perror("/program");
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    std::printf("\nprogram ends: %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    std::fflush(stdout);
    tcdrain(STDOUT_FILENO);
    reboot(RB_POWER_OFF);
}

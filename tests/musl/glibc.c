/* What Debian's static Check and gcc's unwinder, made for glibc, call beyond musl: tests/run --musl links it with both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

int __vfprintf_chk(FILE *f, int flag, const char *format, va_list args);
int __vsnprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, va_list args);
int __fprintf_chk(FILE *f, int flag, const char *format, ...);
int __printf_chk(int flag, const char *format, ...);
int __snprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, ...);
_Noreturn void __longjmp_chk(jmp_buf to, int value);
void __pthread_register_cancel(void *buffer);
void __pthread_unregister_cancel(void *buffer);
int _dl_find_object(void *address, void *result);

int __vfprintf_chk(FILE *f, int flag, const char *format, va_list args)
{
    (void)flag;
    return vfprintf(f, format, args);
}

int __vsnprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, va_list args)
{
    (void)flag, (void)size;
    return vsnprintf(to, most, format, args);
}

int __fprintf_chk(FILE *f, int flag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = __vfprintf_chk(f, flag, format, args);
    va_end(args);
    return n;
}

int __printf_chk(int flag, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = __vfprintf_chk(stdout, flag, format, args);
    va_end(args);
    return n;
}

int __snprintf_chk(char *to, size_t most, int flag, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = __vsnprintf_chk(to, most, flag, size, format, args);
    va_end(args);
    return n;
}

_Noreturn void __longjmp_chk(jmp_buf to, int value) { longjmp(to, value); }
void __pthread_register_cancel(void *buffer) { (void)buffer; }
void __pthread_unregister_cancel(void *buffer) { (void)buffer; }

/* Not found: the unwinder then walks the program's headers. */
int _dl_find_object(void *address, void *result)
{
    (void)address, (void)result;
    return -1;
}

/* SPDX-License-Identifier: MIT */
/* What differs between systems: descriptors and sockets. descriptor_posix.c and
 * descriptor_windows.c implement it. Any thread; nothing blocks but
 * signal_wait. Where a function fails, errno says why. */
#ifndef LUMA_DESCRIPTOR_H
#define LUMA_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr;

/* ---- signals ------------------------------------------------------------ */

/* Opens a signal: while it is given, fd[0] is readable. The other threads give
 * it through fd[1]. Both are close-on-exec; on Windows they are sockets. False:
 * close them all the same. */
bool signal_open(int fd[2]);

/* Gives the signal; takes it back. False: not now. */
bool signal_give(int fd);
bool signal_take(int fd);

/* Waits until the signal is given or `other` (-1: none) is readable, at most
 * `ms`. It may end early. Returns whether `other` is readable; on Windows it
 * has to be a socket. */
bool signal_wait(int fd, int other, int ms);

/* Closes one of the two; -1 is allowed. */
void signal_close(int fd);

/* ---- standard descriptors ----------------------------------------------- */

/* Keeps luma's and libcurl's descriptors off the numbers 0, 1 and 2, which the
 * host uses as standard streams. Those that are closed are filled with
 * /dev/null, in a way that reading from 0 and writing to 1 and 2 still fail
 * with EBADF. They are close-on-exec, so child processes find them closed as
 * before.
 *
 * No number is ever closed, so a descriptor that the host puts there with dup2
 * stays. dup2 itself may fail with EBUSY; it then has to be repeated. A host
 * that closes one of these numbers and then opens a file may get another
 * number, because this one may have been filled in between.
 *
 * Call this before opening descriptors. It has no effect if nothing can be
 * opened, nor on Windows, where sockets have no such numbers. */
void descriptor_fill_standard(void);

/* Moves a new descriptor of luma's from 0, 1 or 2 to a higher number, because
 * the host may have closed one of these after descriptor_fill_standard. The low
 * number is then filled as above, unless the host has put its own descriptor
 * there. Returns the descriptor, which is close-on-exec. -1: `fd` is closed. */
int descriptor_move_up(int fd);

/* Opens as many descriptors as a connection needs, for a moment. Returns 0, or
 * the error number. The resolver and the TLS library do not report a lack of
 * them. */
int descriptor_try(void);

/* ---- sockets ------------------------------------------------------------ */

/* Makes a socket that is close-on-exec and none of the standard descriptors.
 * -1: it failed. */
intptr_t socket_open(int family, int type, int protocol);

/* Returns 0; another number: it failed. */
int socket_close(intptr_t socket);

/* The ports of a connection. False: it has none. */
bool socket_ports(intptr_t socket, int *near_port, int *far_port);

/* Whether bytes wait in it, or its peer has closed it. */
bool socket_is_readable(intptr_t socket);

/* Whether this number of the system's means that the network or the peer broke
 * a connection. */
bool socket_is_break(int number);

/* The bytes of an IP address: 4, 16, or 0 of other families; and of its text,
 * 0 if it is none. */
size_t socket_address(const struct sockaddr *address, uint8_t bytes[16]);
size_t socket_parse_address(const char *text, uint8_t bytes[16]);

/* ---- descriptors that libraries open ------------------------------------ */

/* Writes the numbers that the next descriptors get. Returns how many, at most
 * `most`; 0: nobody can know them, as on Windows. None is taken. */
int descriptor_next(int *numbers, int most);

/* Whether it is a pipe or a local socket which child processes inherit. */
bool descriptor_is_inherited(int fd);

/* Whether bytes wait in it, or in its other end. */
bool descriptor_holds_bytes(int fd);

/* Makes it close-on-exec, for it alone, or for the other end of a local socket,
 * in which nothing may be read meanwhile. False: it was not found. */
void descriptor_hide(int fd);
bool descriptor_hide_other_end(int fd);

#endif

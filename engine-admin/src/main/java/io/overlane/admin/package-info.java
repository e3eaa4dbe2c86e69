// SPDX-License-Identifier: Apache-2.0
/**
 * The admin socket of a running program: one request line comes in on a Unix-domain socket, one answer goes out.
 *
 * <pre>
 *  client ──► "[-j] WORD WORD…\n"                  at most 8 KiB, UTF-8
 *         ◄── "ok LENGTH\n"       and LENGTH bytes  the answer; with -j one JSON value
 *         ◄── "refused LENGTH\n"  and LENGTH bytes  a valid request that cannot be carried out now: one line says why
 *         ◄── "usage LENGTH\n"    and LENGTH bytes  a wrong request: one line says why
 * </pre>
 *
 * <p>A connection carries one request. The commands are {@link io.overlane.admin.AdminCommand}s; those of an engine are
 * in {@code io.overlane.admin.command}, and a program may add its own. One thread serves all clients; the data path
 * does not depend on it.
 */
@NullMarked
package io.overlane.admin;

import org.jspecify.annotations.NullMarked;

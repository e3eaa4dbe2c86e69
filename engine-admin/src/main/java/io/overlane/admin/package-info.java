// SPDX-License-Identifier: Apache-2.0
/**
 * A running program under an operator's hand: one request line comes in on a Unix-domain socket, one answer goes out.
 *
 * <pre>
 *  client ──► "[-j] WORD WORD…\n"                      at most 8 KiB, UTF-8
 *         ◄── "ok LENGTH\n"       and LENGTH bytes     what was asked for; with -j one JSON value
 *         ◄── "refused LENGTH\n"  and LENGTH bytes     asked for rightly, and not possible: one line says why
 *         ◄── "usage LENGTH\n"    and LENGTH bytes     not asked for rightly: likewise
 * </pre>
 *
 * One request to a connection. What can be asked is a list of {@link io.overlane.admin.AdminCommand}s; those of an
 * engine are in {@code io.overlane.admin.command}, a program may add its own. One thread serves everybody; nothing on
 * the data path knows of it.
 */
package io.overlane.admin;

// SPDX-License-Identifier: Apache-2.0
/**
 * Capture files in the pcap and pcapng formats, read and written as streams without native code.
 *
 * <p>A packet has bytes, a time in nanoseconds since 1970 and a length on the wire. The meaning of the bytes depends on
 * the link type; callers of the reader interpret them. A pcapng file also has interfaces, and says of a packet which
 * way it went, which records are of the same packet, how many were lost before it, and a comment.
 */
@NullMarked
package io.overlane.pcap;

import org.jspecify.annotations.NullMarked;

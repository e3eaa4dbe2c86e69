// SPDX-License-Identifier: Apache-2.0
/**
 * Capture files in the classic pcap format, read and written as streams without native code.
 *
 * <p>A packet is bytes, a time in nanoseconds since 1970 and a length on the wire; what the bytes are is the link
 * type's business and the reader's caller's.
 */
package io.overlane.pcap;

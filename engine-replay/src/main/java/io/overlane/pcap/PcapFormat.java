// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

/**
 * Offsets and numbers of the pcap format, in the byte order of whoever wrote the file.
 *
 * <pre>
 *  file:    magic 4 | major 2 | minor 2 | time zone 4 | accuracy 4 | snap length 4 | link type 4
 *  packet:  seconds 4 | micro- or nanoseconds 4 | captured length 4 | original length 4 | captured bytes
 *  packet of a modified file: the same four, interface 4 | protocol 2 | packet type 1 | 0 1 | captured bytes
 * </pre>
 */
final class PcapFormat
{
    static final int MAGIC_MICROSECONDS = 0xA1B2C3D4;
    static final int MAGIC_NANOSECONDS = 0xA1B23C4D;

    /** Kuznetsov's libpcap of Linux 2.2: microseconds, and longer packet headers. */
    static final int MAGIC_MODIFIED = 0xA1B2CD34;

    /** The block type at the start of a pcapng file; the same in both byte orders. */
    static final int MAGIC_PCAPNG = 0x0A0D0D0A;

    static final int VERSION_MAJOR = 2;
    static final int VERSION_MINOR = 4;

    static final int FILE_HEADER_LENGTH = 24;
    static final int MAJOR_OFFSET = 4;
    static final int MINOR_OFFSET = 6;
    static final int SNAP_LENGTH_OFFSET = 16;
    static final int LINK_TYPE_OFFSET = 20;

    /** The link type field; the bits above it describe frame check sequences. */
    static final int LINK_TYPE_MASK = 0x03FF_FFFF;

    static final int PACKET_HEADER_LENGTH = 16;
    static final int MODIFIED_PACKET_HEADER_LENGTH = 24;
    static final int FRACTION_OFFSET = 4;
    static final int CAPTURED_OFFSET = 8;
    static final int ORIGINAL_OFFSET = 12;

    /** Longer than any packet, as BIG TCP ends at 512 KiB. A larger length means a damaged file. */
    static final int MAX_CAPTURED_LENGTH = 1 << 20;

    static final long NANOS_PER_SECOND = 1_000_000_000L;
    static final long NANOS_PER_MICROSECOND = 1_000L;

    private PcapFormat()
    {
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

/**
 * Numbers of the pcapng format. Each section has the byte order of the host that wrote it.
 *
 * <pre>
 *  block:     type 4 | total length 4 | body, padded to 4 | total length 4
 *  option:    code 2 | length 2 | value, padded to 4; code 0 and length 0 end a list
 *  section:   byte order 4 | major 2 | minor 2 | length of the section 8 | options
 *  interface: link type 2 | 0 2 | snap length 4 | options
 *  packet:    interface 4 | time, upper half 4 | lower half 4 | captured 4 | original 4 | bytes, padded | options
 *  old:       interface 2 | lost 2 | time, upper half 4 | lower half 4 | captured 4 | original 4 | bytes, padded | …
 *  simple:    original 4 | bytes, padded
 *  statistic: interface 4 | time, upper half 4 | lower half 4 | options
 * </pre>
 */
final class PcapngFormat
{
    static final int SECTION_BLOCK = PcapFormat.MAGIC_PCAPNG;
    static final int INTERFACE_BLOCK = 1;

    /** Written by tools of before 2005; {@link #PACKET_BLOCK} replaced it. */
    static final int OLD_PACKET_BLOCK = 2;
    static final int SIMPLE_PACKET_BLOCK = 3;
    static final int STATISTICS_BLOCK = 5;
    static final int PACKET_BLOCK = 6;

    /** Records that are no packets, but have a number in Wireshark: of a journal, of system calls, and of others. */
    static final int JOURNAL_BLOCK = 9;
    static final int CALL_BLOCK = 0x204;
    static final int CALL_BLOCK_2 = 0x216;
    static final int LARGE_CALL_BLOCK = 0x221;
    static final int CUSTOM_BLOCK = 0xBAD;
    /** A custom block that a program must not copy to another file. */
    static final int PRIVATE_BLOCK = 0x4000_0BAD;

    static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    static final int VERSION_MAJOR = 1;

    /** The length of a section, if the writer does not know it. */
    static final long UNKNOWN_LENGTH = -1;

    /** Bytes of a block in front of its body, and behind it. */
    static final int BLOCK_HEADER_LENGTH = 8;
    static final int BLOCK_TRAILER_LENGTH = 4;

    /** Bytes of the bodies in front of captured bytes or options. */
    static final int SECTION_LENGTH = 16;
    static final int INTERFACE_LENGTH = 8;
    static final int PACKET_LENGTH = 20;
    static final int SIMPLE_PACKET_LENGTH = 4;
    static final int STATISTICS_LENGTH = 12;

    static final int OPTION_HEADER_LENGTH = 4;
    static final int OPTION_END = 0;
    static final int OPTION_COMMENT = 1;

    static final int SECTION_APPLICATION = 4;

    static final int INTERFACE_NAME = 2;
    static final int INTERFACE_DESCRIPTION = 3;
    static final int INTERFACE_RESOLUTION = 9;
    static final int INTERFACE_TIME_OFFSET = 14;

    static final int PACKET_FLAGS = 2;
    static final int PACKET_DROP_COUNT = 4;
    static final int PACKET_ID = 5;

    static final int STATISTICS_START = 2;
    static final int STATISTICS_END = 3;
    static final int STATISTICS_RECEIVED = 4;
    static final int STATISTICS_DROPPED = 5;

    /** A bit of the flags: the packet is a super-frame that has not been cut yet. */
    static final int FLAG_SUPER_FRAME = 1 << 11;

    /** A bit of the flags: the checksum is not complete yet. */
    static final int FLAG_PARTIAL_CHECKSUM = 1 << 9;

    /** Exponent of 10 for nanoseconds. */
    static final int NANOSECONDS = 9;

    /** Exponent of 10 where an interface does not say: microseconds. */
    static final int DEFAULT_RESOLUTION = 6;

    /** The largest block with a packet or an interface; the captured bytes and as much again for the options. */
    static final int MAX_BLOCK_LENGTH = 2 * PcapFormat.MAX_CAPTURED_LENGTH;

    /** More interfaces than any host has; a damaged file must not fill the memory. */
    static final int MAX_INTERFACES = 65_536;

    private PcapngFormat()
    {
    }

    /** Returns the length rounded up to a multiple of 4. */
    static int padded(final int length)
    {
        return (length + 3) & ~3;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

/** The supported link types of captures, by their registered numbers: the header at the start of each packet. */
public final class LinkType
{
    /** {@code LINKTYPE_ETHERNET}: an Ethernet header, no preamble and no check sequence. */
    public static final int ETHERNET = 1;

    /** {@code LINKTYPE_NULL}: an address family of 4 bytes, in the byte order of the host that captured. */
    public static final int NULL = 0;

    /** {@code DLT_RAW} of most systems, as {@link #RAW_IP}. Files should not contain this number, but some do. */
    public static final int RAW_IP_12 = 12;

    /** {@code DLT_RAW} of OpenBSD, as {@link #RAW_IP}. Files should not contain this number, but some do. */
    public static final int RAW_IP_14 = 14;

    /** {@code LINKTYPE_RAW}: an IPv4 or IPv6 header, distinguished by its version. */
    public static final int RAW_IP = 101;

    /** {@code LINKTYPE_LOOP}: an address family of 4 bytes, in network byte order. */
    public static final int LOOP = 108;

    /** {@code LINKTYPE_LINUX_SLL}: 16 bytes instead of a link header; captures of the "any" device. */
    public static final int LINUX_SLL = 113;

    /** {@code LINKTYPE_IPV4}: an IPv4 header. */
    public static final int IPV4 = 228;

    /** {@code LINKTYPE_IPV6}: an IPv6 header. */
    public static final int IPV6 = 229;

    /** {@code LINKTYPE_LINUX_SLL2}: the same in 20 bytes, with the interface's number. */
    public static final int LINUX_SLL2 = 276;

    private LinkType()
    {
    }

    /**
     * @param linkType any number.
     * @return a name for messages.
     */
    public static String toString(final int linkType)
    {
        return switch (linkType)
        {
            case ETHERNET -> "Ethernet";
            case RAW_IP, RAW_IP_12, RAW_IP_14 -> "raw IP";
            case IPV4 -> "raw IPv4";
            case IPV6 -> "raw IPv6";
            case NULL, LOOP -> "BSD loopback";
            case LINUX_SLL -> "Linux cooked";
            case LINUX_SLL2 -> "Linux cooked v2";
            default -> "link type " + linkType;
        };
    }
}

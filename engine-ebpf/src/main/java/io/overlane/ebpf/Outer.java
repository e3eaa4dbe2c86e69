// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.address.IpAddress;

/** What the two IP versions of the underlay differ in, for a program. */
enum Outer
{
    V4(Steps.IPV4_LENGTH, Steps.TYPE_IPV4, 12, 1 << 1),

    V6(Steps.IPV6_LENGTH, Steps.TYPE_IPV6, 8, 1 << 2);

    /** Bytes of the IP header. */
    final int ipLength;
    /** As a load of two bytes returns it. */
    final int etherType;
    /** Offset of the source address in the IP header. */
    final int source;
    /** Bytes of an address. */
    final int addressLength;
    /** Offset of the destination address in the IP header. */
    final int destination;
    /** IP, UDP and VXLAN header, and the inner Ethernet header. */
    final int tunnelLength;
    /** An option of bpf_skb_adjust_room(). */
    final int encapFlag;

    Outer(final int ipLength, final int etherType, final int source, final int encapFlag)
    {
        this.ipLength = ipLength;
        this.etherType = etherType;
        this.source = source;
        this.encapFlag = encapFlag;
        addressLength = (ipLength - source) / 2;
        destination = source + addressLength;
        tunnelLength = ipLength + Steps.UDP_LENGTH + Steps.VXLAN_LENGTH + Steps.ETHERNET_LENGTH;
    }

    static Outer of(final IpAddress address)
    {
        return address.isV4() ? V4 : V6;
    }

    /** Four bytes of an address, as a load returns them. */
    int word(final IpAddress address, final int offset)
    {
        final int word = this == V4 ?
            address.v4() :
            (int)((offset < Long.BYTES ? address.high() : address.low()) >>> (offset % Long.BYTES == 0 ? 32 : 0));
        return Integer.reverseBytes(word);
    }
}

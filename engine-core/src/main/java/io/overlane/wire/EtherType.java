// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

/** The EtherTypes that the engine reads (IEEE 802 numbers, IANA registry). */
public final class EtherType
{
    /** IPv4. */
    public static final int IPV4 = 0x0800;

    /** ARP. */
    public static final int ARP = 0x0806;

    /** TPID of an IEEE 802.1Q customer VLAN tag. */
    public static final int VLAN = 0x8100;

    /** IPv6. */
    public static final int IPV6 = 0x86DD;

    /** TPID of an IEEE 802.1ad service VLAN tag. */
    public static final int SERVICE_VLAN = 0x88A8;

    private EtherType()
    {
    }

    /** @return true for the TPID of a VLAN tag (Linux {@code eth_type_vlan}). */
    public static boolean isVlan(final int etherType)
    {
        return etherType == VLAN || etherType == SERVICE_VLAN;
    }
}

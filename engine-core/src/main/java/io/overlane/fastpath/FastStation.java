// SPDX-License-Identifier: Apache-2.0
package io.overlane.fastpath;

/** What the engine would do with the frames of a station: an entry of its FDB. One thread. */
public final class FastStation
{
    private int vni;
    private long mac;
    private int remote;
    private long high;
    private long low;
    private int udpPort;
    private int remoteVni;
    private boolean encap;
    private boolean decap;

    /** Set everything; the parameters are those of the getters. */
    public FastStation set(
        final int newVni,
        final long newMac,
        final int newRemote,
        final long newHigh,
        final long newLow,
        final int newUdpPort,
        final int newRemoteVni)
    {
        vni = newVni;
        mac = newMac;
        remote = newRemote;
        high = newHigh;
        low = newLow;
        udpPort = newUdpPort;
        remoteVni = newRemoteVni;
        return this;
    }

    /** Set which frames may be taken. */
    public FastStation ways(final boolean newEncap, final boolean newDecap)
    {
        encap = newEncap;
        decap = newDecap;
        return this;
    }

    /** @return the segment. */
    public int vni()
    {
        return vni;
    }

    /** @return its address; 48 bits, first byte highest. */
    public long mac()
    {
        return mac;
    }

    /** @return number of the remote that it is behind, for counting. */
    public int remote()
    {
        return remote;
    }

    /** @return first word of the address of the remote, as in {@link io.overlane.address.IpAddress}. */
    public long high()
    {
        return high;
    }

    /** @return second word of that address. */
    public long low()
    {
        return low;
    }

    /** @return UDP port to which frames for it are sent. */
    public int udpPort()
    {
        return udpPort;
    }

    /** @return VNI with which frames for it are sent. */
    public int remoteVni()
    {
        return remoteVni;
    }

    /** @return true if frames from the port with this destination may be taken. */
    public boolean encap()
    {
        return encap;
    }

    /** @return true if received frames with this source may be taken, when they come from that remote. */
    public boolean decap()
    {
        return decap;
    }
}

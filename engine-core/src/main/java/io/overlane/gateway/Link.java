// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.limit.RateLimit;
import io.overlane.routing.Gateway;
import io.overlane.segment.Segment;
import java.util.List;

/** The gateway of one segment as the data path sees it. A change makes a new object. */
public final class Link
{
    /** {@link #source} has found none. */
    public static final int NO_ADDRESS = -1;

    /** As many as all gateways together ask for. */
    private static final int NEW_NEIGHBORS_PER_SECOND = 1000;

    private final RateLimit newNeighbors = new RateLimit(NEW_NEIGHBORS_PER_SECOND);
    private final Segment segment;
    private final Vrf vrf;
    private final Gateway gateway;
    private final int vni;
    private final long mac;
    private final int mtu;
    private final long[] high;
    private final long[] low;
    private final int[] lengths;

    Link(final Segment segment, final Vrf vrf, final Gateway gateway)
    {
        this.segment = segment;
        this.vrf = vrf;
        this.gateway = gateway;
        vni = segment.vni();
        mac = vrf.gatewayMac();
        mtu = gateway.mtu() == 0 ? segment.portMtu() : gateway.mtu();
        final List<IpPrefix> addresses = List.copyOf(gateway.addresses());
        high = addresses.stream().mapToLong(prefix -> prefix.address().high()).toArray();
        low = addresses.stream().mapToLong(prefix -> prefix.address().low()).toArray();
        lengths = addresses.stream().mapToInt(IpPrefix::mappedLength).toArray();
    }

    public int vni()
    {
        return vni;
    }

    public Segment segment()
    {
        return segment;
    }

    /** The routing context that it belongs to. */
    public Vrf vrf()
    {
        return vrf;
    }

    /** Its settings. */
    public Gateway gateway()
    {
        return gateway;
    }

    /** The anycast MAC. */
    public long mac()
    {
        return mac;
    }

    /** Longest IP packet that is routed into the segment, in bytes. */
    public int mtu()
    {
        return mtu;
    }

    /** Limits the neighbours that are learned because they are new or have another MAC. Any thread. */
    public RateLimit newNeighbors()
    {
        return newNeighbors;
    }

    /** Whether an address is one of the gateway's. */
    public boolean owns(final long addressHigh, final long addressLow)
    {
        for (int i = 0; i < high.length; i++)
        {
            if (low[i] == addressLow && high[i] == addressHigh)
            {
                return true;
            }
        }
        return false;
    }

    /** Whether an address is within a prefix of the gateway. */
    public boolean isOnLink(final long addressHigh, final long addressLow)
    {
        for (int i = 0; i < high.length; i++)
        {
            if (isInPrefix(i, addressHigh, addressLow))
            {
                return true;
            }
        }
        return false;
    }

    /**
     * The address from which the gateway sends to another: one of the same prefix, else the first of the same family,
     * and one that is not link-local before one that is.
     *
     * @return number of the address for {@link #high(int)} and {@link #low(int)}, or {@link #NO_ADDRESS}.
     */
    public int source(final long toHigh, final long toLow)
    {
        final boolean isV4 = IpAddress.isV4(toHigh, toLow);
        int found = NO_ADDRESS;
        for (int i = 0; i < high.length; i++)
        {
            if (isInPrefix(i, toHigh, toLow))
            {
                return i;
            }
            final boolean isBetter = found == NO_ADDRESS ||
                IpAddress.isLinkLocal(high[found]) && !IpAddress.isLinkLocal(high[i]);
            if (IpAddress.isV4(high[i], low[i]) == isV4 && isBetter)
            {
                found = i;
            }
        }
        return found;
    }

    /** First word of an address. */
    public long high(final int address)
    {
        return high[address];
    }

    /** Second word of an address. */
    public long low(final int address)
    {
        return low[address];
    }

    private boolean isInPrefix(final int i, final long addressHigh, final long addressLow)
    {
        return ((addressHigh ^ high[i]) & IpPrefix.highMask(lengths[i])) == 0 &&
            ((addressLow ^ low[i]) & IpPrefix.lowMask(lengths[i])) == 0;
    }
}

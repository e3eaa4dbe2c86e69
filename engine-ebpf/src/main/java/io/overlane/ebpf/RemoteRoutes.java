// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.ebpf.kernel.BpfException;
import io.overlane.ebpf.kernel.BpfMap;
import io.overlane.fastpath.FastPathReport;
import io.overlane.tun.HostEvents;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The remotes in the kernel's map, each with whether a route leads to it through the underlay device, and how long
 * frames for it may be. It asks for all routes again when something of the host's network changes, and for a few of
 * them each time, because the kernel does not report that it learned the MTU of a path. No remote is reachable while
 * the device does not have the engine's address, or the host has a policy of IPsec. One thread.
 */
final class RemoteRoutes
{
    private static final int ASKED_EACH_TIME = 64;
    private final BpfMap map;
    private final UnderlayDevice underlay;
    private final IpAddress local;
    /** What the tunnel adds to a frame, as the IP packet has no Ethernet header of its own in front. */
    private final int added;
    private final HostEvents events;
    private final IpsecPolicies policies;
    private final RouteQuery query;
    /** By number; null if the number was not used yet. */
    private final Remote[] remotes;
    /** IP MTU of the underlay device, in bytes; 0 if it is gone or does not have the engine's address. */
    private int underlayMtu;
    private boolean hasPolicies;
    private int used;
    private int next;

    private static final class Remote
    {
        private final IpAddress address;
        private final int udpPort;
        /** Differs from that of the remote that had the number before. */
        private byte use;
        /** Why the programs carry none of its frames; null if they carry them. */
        private @Nullable String whyNot;
        private int longest;

        private Remote(final IpAddress address, final int udpPort)
        {
            this.address = address;
            this.udpPort = udpPort;
        }
    }

    /**
     * @param map    gets the remotes.
     * @param events opened before the state of the device is read here, so that no change is missed.
     * @throws IllegalArgumentException if the host has a policy of IPsec.
     */
    RemoteRoutes(
        final BpfMap map,
        final int maxRemotes,
        final UnderlayDevice underlay,
        final HostEvents events,
        final IpsecPolicies policies,
        final RouteQuery query)
        throws IOException
    {
        this.map = map;
        this.underlay = underlay;
        this.events = events;
        this.policies = policies;
        this.query = query;
        local = underlay.local();
        added = Outer.of(local).tunnelLength - Steps.ETHERNET_LENGTH;
        remotes = new Remote[maxRemotes];
        underlayMtu = underlay.mtu();
        if (policies.exist())
        {
            throw new IllegalArgumentException("no fast path: this host has policies of IPsec, which would not be " +
                "applied to its datagrams; let the engine carry all frames, or remove them (ip xfrm policy)");
        }
    }

    /** A station is behind this remote; true if the number belonged to another remote before, or to none. */
    boolean use(final int number, final IpAddress address, final int udpPort) throws BpfException
    {
        final Remote last = remotes[number];
        if (last != null && last.address.equals(address) && last.udpPort == udpPort)
        {
            return false;
        }
        final Remote remote = new Remote(address, udpPort);
        if (last != null)
        {
            // Programs read while this writes. One that has seen the old number of use reads nothing of the new remote.
            remote.use = (byte)(last.use + 1);
            last.use = remote.use;
            last.whyNot = "it has no station";
            write(number, last);
        }
        remotes[number] = remote;
        used = Math.max(used, number + 1);
        ask(remote);
        write(number, remote);
        return true;
    }

    /** Which remote the number belongs to: another number for the next that gets it. */
    byte useOf(final int number)
    {
        return remotes[number].use;
    }

    /** All remotes, each with its counters. */
    List<FastPathReport.Remote> report(final IntFunction<Counters> counters)
    {
        final List<FastPathReport.Remote> rows = new ArrayList<>();
        for (int i = 0; i < used; i++)
        {
            final Remote remote = remotes[i];
            if (remote != null)
            {
                rows.add(new FastPathReport.Remote(
                    new Vtep(remote.address, remote.udpPort),
                    remote.whyNot,
                    remote.longest,
                    counters.apply(i).encap(),
                    counters.apply(i).decap()));
            }
        }
        return rows;
    }

    /**
     * Ask for all routes again if something of the host's network changed, else for a few; true if so.
     *
     * @throws IOException if the kernel refuses something.
     */
    boolean check() throws IOException
    {
        final boolean isChanged = events.await(0);
        if (isChanged)
        {
            underlayMtu = underlay.mtu();
        }
        final boolean hadPolicies = hasPolicies;
        hasPolicies = policies.exist();
        final int count = isChanged || hasPolicies != hadPolicies ? used : Math.min(used, ASKED_EACH_TIME);
        for (int i = 0; i < count; i++)
        {
            next = next + 1 < used ? next + 1 : 0;
            final Remote remote = remotes[next];
            if (remote != null && ask(remote))
            {
                write(next, remote);
            }
        }
        return isChanged;
    }

    /** The number of remotes that had a station, and of those below the largest such number. */
    int used()
    {
        return used;
    }

    /** Ask for the route of a remote; true if the answer is another one than before. */
    private boolean ask(final Remote remote)
    {
        final String whyNot = whyNot(remote.address);
        final int mtu = whyNot != null || query.mtu() == 0 ? underlayMtu : Math.min(query.mtu(), underlayMtu);
        final int longest = Math.max(0, mtu - added);
        final boolean isNews = !Objects.equals(whyNot, remote.whyNot) || longest != remote.longest;
        remote.whyNot = whyNot;
        remote.longest = longest;
        return isNews;
    }

    private @Nullable String whyNot(final IpAddress address)
    {
        if (underlayMtu == 0)
        {
            return "the device of the underlay is gone or has another address";
        }
        if (hasPolicies)
        {
            return "the host has policies of IPsec";
        }
        if (!query.ask(address, local))
        {
            return "the host has no plain route to it";
        }
        return query.device() == underlay.index() ? null : "the route to it leaves by another device";
    }

    private void write(final int number, final Remote remote) throws BpfException
    {
        map.key().putInt(0, number);
        map.value().setMemory(0, Layout.REMOTE_SIZE, (byte)0);
        if (remote.address.isV4())
        {
            map.value().putInt(Layout.REMOTE_ADDRESS, remote.address.v4(), ByteOrder.BIG_ENDIAN);
        }
        else
        {
            map.value().putLong(Layout.REMOTE_ADDRESS, remote.address.high(), ByteOrder.BIG_ENDIAN);
            map.value().putLong(Layout.REMOTE_ADDRESS + Long.BYTES, remote.address.low(), ByteOrder.BIG_ENDIAN);
        }
        map.value().putShort(Layout.REMOTE_UDP_PORT, (short)remote.udpPort, ByteOrder.BIG_ENDIAN);
        map.value().putByte(Layout.REMOTE_USE, remote.use);
        map.value().putByte(Layout.REMOTE_REACHABLE, (byte)(remote.whyNot == null ? 1 : 0));
        map.value().putInt(Layout.REMOTE_LONGEST, remote.longest);
        map.put();
    }
}

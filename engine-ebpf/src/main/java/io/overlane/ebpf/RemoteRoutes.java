// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.ebpf.kernel.BpfException;
import io.overlane.ebpf.kernel.BpfMap;
import io.overlane.fastpath.FastPathReport;
import io.overlane.tun.HostEvents;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.agrona.CloseHelper;

/**
 * The remotes in the kernel's map, each with whether a route leads to it through the underlay device, and how long
 * frames for it may be. It asks for all routes again when something of the host's network changes, and for a few of
 * them each time, because the kernel does not report that it learned the MTU of a path. One thread.
 */
final class RemoteRoutes implements AutoCloseable
{
    private static final int ASKED_EACH_TIME = 64;
    private final BpfMap map;
    private final NetworkInterface underlay;
    private final IpAddress local;
    /** What the tunnel adds to a frame, as the IP packet has no Ethernet header of its own in front. */
    private final int added;
    private final RouteQuery query;
    private final HostEvents events;
    /** By number; null if the number was not used yet. */
    private final Remote[] remotes;
    /** IP MTU of the underlay device, in bytes; 0 if it is gone. */
    private int underlayMtu;
    private int used;
    private int next;

    private static final class Remote
    {
        private final IpAddress address;
        private final int udpPort;
        private boolean isReachable;
        private int longest;

        private Remote(final IpAddress address, final int udpPort)
        {
            this.address = address;
            this.udpPort = udpPort;
        }
    }

    /**
     * @param map gets the remotes.
     * @throws IOException if the kernel refuses a netlink socket.
     */
    RemoteRoutes(final BpfMap map, final int maxRemotes, final UnderlayDevice device) throws IOException
    {
        this.map = map;
        underlay = device.device();
        local = device.local();
        added = Outer.of(local).tunnelLength - Steps.ETHERNET_LENGTH;
        underlayMtu = underlay.getMTU();
        remotes = new Remote[maxRemotes];
        query = new RouteQuery();
        events = new HostEvents();
    }

    /** A station is behind this remote; true if the number belonged to another remote before, or to none. */
    boolean use(final int number, final IpAddress address, final int udpPort) throws BpfException
    {
        Remote remote = remotes[number];
        if (remote == null || !remote.address.equals(address) || remote.udpPort != udpPort)
        {
            remote = new Remote(address, udpPort);
            remotes[number] = remote;
            used = Math.max(used, number + 1);
            ask(remote);
            write(number, remote);
            return true;
        }
        return false;
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
                    remote.isReachable,
                    remote.longest,
                    counters.apply(i).encap(),
                    counters.apply(i).decap()));
            }
        }
        return rows;
    }

    /** Ask for all routes again if something of the host's network changed, else for a few; true if so. */
    boolean check() throws BpfException
    {
        final boolean isChanged = events.await(0);
        if (isChanged)
        {
            try
            {
                underlayMtu = underlay.getMTU();
            }
            catch (final SocketException ex)
            {
                underlayMtu = 0;
            }
        }
        final int count = isChanged ? used : Math.min(used, ASKED_EACH_TIME);
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
        final boolean isReachable = query.ask(remote.address, local) && query.device() == underlay.getIndex();
        final int mtu = query.mtu() == 0 ? underlayMtu : Math.min(query.mtu(), underlayMtu);
        final boolean isNews = isReachable != remote.isReachable || mtu - added != remote.longest;
        remote.isReachable = isReachable;
        remote.longest = mtu - added;
        return isNews;
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
        map.value().putByte(Layout.REMOTE_REACHABLE, (byte)(remote.isReachable ? 1 : 0));
        map.value().putInt(Layout.REMOTE_LONGEST, remote.longest);
        map.put();
    }

    @Override
    public void close()
    {
        CloseHelper.closeAll(query, events);
    }
}

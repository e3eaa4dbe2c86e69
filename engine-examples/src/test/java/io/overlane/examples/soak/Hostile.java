// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Datagrams for the engines that no VTEP would send, and stations that nobody knew. */
final class Hostile implements AutoCloseable
{
    private static final int VXLAN_PORT = 8472;
    private static final int PER_S = 2_000;

    /** So many that the engine of host 1 gives the kernel a filter for them. */
    private static final int FLOOD_PER_S = 4_000;
    private static final int SECONDS = 5;
    private static final int HEADER = 8;
    private static final int ETHERNET = 14;
    private static final int LOCAL_EXPERIMENTAL = 0x88b5;
    private static final int[] ETHER_TYPES = {0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, LOCAL_EXPERIMENTAL, 0, 46};

    private final DatagramChannel stranger;
    private final DatagramChannel remote;
    private final Random random;
    private final ByteBuffer datagram = ByteBuffer.allocate(1_500);

    Hostile(final SoakLab lab, final long seed) throws IOException
    {
        random = new Random(seed);
        stranger = lab.inside(lab.stranger()).call(DatagramChannel::open);
        remote = lab.inside(SoakLab.KERNEL).call(DatagramChannel::open);
    }

    /** Floods host 1 from an address that no segment knows. */
    void sendFromStranger()
    {
        send(stranger, FLOOD_PER_S, 1);
    }

    /** Sends to all bridges from the address of a remote. */
    void sendFromRemote()
    {
        send(remote, PER_S, SoakLab.BRIDGES);
    }

    private synchronized void send(final DatagramChannel from, final int perS, final int hosts)
    {
        final long startNs = System.nanoTime();
        for (int i = 0; i < perS * SECONDS; i++)
        {
            while (System.nanoTime() - startNs < TimeUnit.SECONDS.toNanos(i) / perS)
            {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
            random(datagram.clear());
            send(from, 1 + random.nextInt(hosts), hosts > 1 && random.nextBoolean());
        }
    }

    private void send(final DatagramChannel from, final int host, final boolean overIpv6)
    {
        try
        {
            from.send(datagram.flip(), new InetSocketAddress(
                (overIpv6 ? "fd00:192:0:2::" : "192.0.2.") + host, VXLAN_PORT));
        }
        catch (final IOException ex)
        {
            // The host is out of reach for the moment.
            datagram.clear();
        }
    }

    private void random(final ByteBuffer to)
    {
        switch (random.nextInt(6))
        {
            case 0:
                randomBytes(to, random.nextInt(64));
                break;

            case 1:
                header(to, random.nextInt(256), random.nextInt(), 101);
                randomBytes(to, random.nextInt(200));
                break;

            case 2:
                header(to, 0x08, 0, random.nextInt(1 << 24) | 0x800);
                randomBytes(to, random.nextInt(200));
                break;

            case 3:
                header(to, 0x08, 0, 101 + random.nextInt(3));
                randomBytes(to, random.nextInt(ETHERNET));
                break;

            default:
                header(to, 0x08, 0, 101 + random.nextInt(3));
                ethernet(to, 0x06aa_0000_0000L | random.nextInt(1 << 30), ETHER_TYPES[random.nextInt(8)]);
                randomBytes(to, random.nextInt(1_000));
                break;
        }
    }

    private static void header(final ByteBuffer to, final int flags, final int reserved, final int vni)
    {
        to.put((byte)flags).put((byte)reserved).putShort((short)(reserved >> 8)).putInt(vni << 8);
    }

    private void ethernet(final ByteBuffer to, final long source, final int etherType)
    {
        // To all, or to a station that does not exist; the source is not one of the stations that have traffic.
        final long destination = random.nextBoolean() ? 0xffff_ffff_ffffL : 0x06bb_0000_0000L | random.nextInt(1 << 30);
        to.putShort((short)(destination >> 32)).putInt((int)destination);
        to.putShort((short)(source >> 32)).putInt((int)source).putShort((short)etherType);
    }

    private void randomBytes(final ByteBuffer to, final int length)
    {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        to.put(bytes);
    }

    /** Frames of new stations behind the kernel's device, which all bridges learn, and forget when they age. */
    synchronized void sendNewStations(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            final long mac = 0x02cc_0000_0000L | random.nextInt(1 << 30);
            for (int host = 1; host <= SoakLab.BRIDGES; host++)
            {
                header(datagram.clear(), 0x08, 0, 101);
                ethernet(datagram, mac, LOCAL_EXPERIMENTAL);
                randomBytes(datagram, 46);
                send(remote, host, false);
            }
        }
    }

    @Override
    public void close() throws IOException
    {
        stranger.close();
        remote.close();
    }
}

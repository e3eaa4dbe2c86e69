// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A station on several VLANs, in a process of its own: a TAP device that asks in each VLAN, by ARP, for two stations,
 * and prints who answered where.
 *
 * <pre>
 *  DEVICE VLAN:THERE:ABSENT …     asks in each VLAN for ABSENT and then for THERE, until THERE has answered
 * </pre>
 *
 * Stations are the last octet of their address only.
 */
public final class TrunkStation
{
    /** What is printed when the device can be plugged in. */
    static final String READY = "trunk: ready";

    /** Before what was heard, as {@code VLAN:STATION}, sorted. */
    static final String HEARD = "trunk: heard ";

    private static final int MTU = 1450;
    private static final int BATCH = 64;
    private static final int VLAN = 0x8100;
    private static final int ARP = 0x0806;
    private static final long ARP_REQUEST = 0x0001_0800_0604_0001L;
    private static final long ARP_REPLY = 0x0001_0800_0604_0002L;
    private static final int TAG_OFFSET = 12;
    private static final int ARP_OFFSET = 18;
    private static final int SENDER_IP_OFFSET = ARP_OFFSET + 14;
    private static final int ARP_LENGTH = 28;
    private static final long OWN_MAC = 0x02_00_00_00_0C_01L;
    private static final int NETWORK = 0x0A09_0000;
    private static final int OWN_IP = NETWORK | 200;

    private final TunPort port;
    private final FrameBatch in = new FrameBatch(BATCH);
    private final FrameBatch out = new FrameBatch(1);
    private final Frame frame = new FrameSlab(1, 2048).frame(0);
    private final Set<String> heard = new TreeSet<>();

    private TrunkStation(final TunPort port)
    {
        this.port = port;
    }

    /**
     * @param args see the class comment.
     * @throws IOException if the device cannot be made.
     */
    public static void main(final String[] args) throws IOException
    {
        final TrunkStation station = new TrunkStation(new TunPort(
            TunDevice.create(new TunOptions(TunKind.TAP, args[0])), MTU, System.err::println));
        System.out.println(READY);
        for (int i = 1; i < args.length; i++)
        {
            final String[] parts = args[i].split(":");
            station.ask(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        }
        System.out.println(HEARD + String.join(" ", station.heard));
    }

    private void ask(final int vlan, final int there, final int absent)
    {
        while (!heard.contains(vlan + ":" + there))
        {
            send(vlan, absent);
            send(vlan, there);
            port.await(TimeUnit.MILLISECONDS.toNanos(200));
            in.clear();
            port.poll(in, BATCH);
            for (int i = 0; i < in.size(); i++)
            {
                hear(in.get(i));
            }
        }
    }

    private void send(final int vlan, final int station)
    {
        frame.wrap(FrameSlab.HEADROOM, ARP_OFFSET + ARP_LENGTH);
        frame.offload(0, Frame.GSO_NONE, 0, 0, 0, 0);
        final int start = frame.offset();
        put48(start, 0xFFFF_FFFF_FFFFL);
        put48(start + 6, OWN_MAC);
        put32(start + TAG_OFFSET, VLAN << 16 | vlan);
        frame.buffer().putShort(start + TAG_OFFSET + 4, (short)ARP, ByteOrder.BIG_ENDIAN);
        frame.buffer().putLong(start + ARP_OFFSET, ARP_REQUEST, ByteOrder.BIG_ENDIAN);
        put48(start + ARP_OFFSET + 8, OWN_MAC);
        put32(start + SENDER_IP_OFFSET, OWN_IP);
        put48(start + ARP_OFFSET + 18, 0);
        put32(start + ARP_OFFSET + 24, NETWORK | station);
        out.clear();
        out.add(frame);
        port.offer(out);
    }

    /** Answers to us; what has no tag, or is for others, says nothing. */
    private void hear(final Frame answer)
    {
        final int start = answer.offset();
        if (answer.length() >= ARP_OFFSET + ARP_LENGTH && get48(answer, start) == OWN_MAC &&
            answer.buffer().getLong(start + ARP_OFFSET, ByteOrder.BIG_ENDIAN) == ARP_REPLY)
        {
            final int tag = answer.buffer().getInt(start + TAG_OFFSET, ByteOrder.BIG_ENDIAN);
            final int sender = answer.buffer().getInt(start + SENDER_IP_OFFSET, ByteOrder.BIG_ENDIAN);
            heard.add((tag ^ VLAN << 16) + ":" + (sender ^ NETWORK));
        }
    }

    private static long get48(final Frame from, final int offset)
    {
        return from.buffer().getLong(offset, ByteOrder.BIG_ENDIAN) >>> 16;
    }

    private void put32(final int offset, final int value)
    {
        frame.buffer().putInt(offset, value, ByteOrder.BIG_ENDIAN);
    }

    private void put48(final int offset, final long value)
    {
        frame.buffer().putShort(offset, (short)(value >>> 32), ByteOrder.BIG_ENDIAN);
        put32(offset + 2, (int)value);
    }
}

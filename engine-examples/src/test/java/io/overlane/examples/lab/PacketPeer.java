// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/**
 * Sends what it is told to and tells what comes, byte by byte, in a process of its own. Told in lines on a FIFO, tells
 * in lines {@code got NUMBER …} that count from 1. All packets in hexadecimal digits.
 *
 * <pre>
 *  FIFO tun DEVICE           lines: PACKET; tells "got NUMBER PACKET", IPv4 only: the kernel has its own to say
 *  FIFO udp ADDRESS PORT     lines: ADDRESS PORT DATAGRAM; tells "got NUMBER ADDRESS PORT DATAGRAM"
 * </pre>
 */
public final class PacketPeer
{
    /** What is printed when packets can come. */
    static final String READY = "packets: ready";

    private static final int MTU = 1500;
    private static final int BATCH = 16;
    private static final int LONGEST = 65_535;
    private static final HexFormat HEX = HexFormat.of();

    private int told;

    private PacketPeer()
    {
    }

    /**
     * @param args see the class comment.
     * @throws IOException if the device or the socket cannot be had.
     */
    public static void main(final String[] args) throws IOException
    {
        final PacketPeer peer = new PacketPeer();
        if ("tun".equals(args[1]))
        {
            peer.tun(Path.of(args[0]), args[2]);
        }
        else
        {
            peer.udp(Path.of(args[0]), new InetSocketAddress(args[2], Integer.parseInt(args[3])));
        }
    }

    /** Something to do with each line. */
    private interface Sender
    {
        void send(String line) throws IOException;
    }

    private static void follow(final Path fifo, final Sender sender)
    {
        final Thread reader = new Thread(() ->
        {
            try (BufferedReader lines = Files.newBufferedReader(fifo))
            {
                for (String line = lines.readLine(); line != null; line = lines.readLine())
                {
                    sender.send(line);
                }
            }
            catch (final IOException ex)
            {
                System.err.println(ex);
            }
        });
        reader.setDaemon(true);
        reader.start();
        System.out.println(READY);
    }

    private void tell(final String what)
    {
        told++;
        System.out.println("got " + told + " " + what);
    }

    private void tun(final Path fifo, final String device) throws IOException
    {
        final TunPort port = new TunPort(
            TunDevice.create(new TunOptions(TunKind.TUN, device)), MTU, System.err::println);
        final FrameBatch in = new FrameBatch(BATCH);
        final FrameBatch out = new FrameBatch(1);
        final Frame frame = new FrameSlab(1, 2048).frame(0);
        follow(fifo, line ->
        {
            final byte[] packet = HEX.parseHex(line);
            frame.wrap(FrameSlab.HEADROOM, packet.length);
            frame.offload(0, Frame.GSO_NONE, 0, 0, 0, 0);
            frame.buffer().putBytes(frame.offset(), packet);
            out.clear();
            out.add(frame);
            port.offer(out);
        });
        while (true)
        {
            in.clear();
            port.poll(in, BATCH);
            for (int i = 0; i < in.size(); i++)
            {
                final byte[] packet = new byte[in.get(i).length()];
                in.get(i).buffer().getBytes(in.get(i).offset(), packet);
                if (packet[0] >> 4 == 4)
                {
                    tell(HEX.formatHex(packet));
                }
            }
            port.await(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private void udp(final Path fifo, final InetSocketAddress local) throws IOException
    {
        try (DatagramSocket socket = new DatagramSocket(local))
        {
            follow(fifo, line ->
            {
                final String[] words = line.split(" ");
                final byte[] datagram = HEX.parseHex(words[2]);
                socket.send(new DatagramPacket(
                    datagram, datagram.length, InetAddress.getByName(words[0]), Integer.parseInt(words[1])));
            });
            final DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
            while (true)
            {
                packet.setLength(LONGEST);
                socket.receive(packet);
                tell(packet.getAddress().getHostAddress() + " " + packet.getPort() + " " +
                    HEX.formatHex(packet.getData(), 0, packet.getLength()));
            }
        }
    }
}

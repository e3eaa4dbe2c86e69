// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * One end of a TCP stream of pseudo-random bytes, in a process of its own: prints the number of bytes and their
 * SHA-256 at the end.
 *
 * <pre>
 *  listen ADDRESS PORT            prints "listening", takes one connection, reads to its end
 *  send   ADDRESS PORT MIB SEED   connects and writes
 * </pre>
 */
public final class StreamPeer
{
    /** What the receiver prints as soon as a sender may connect. */
    public static final String LISTENING = "listening";

    /** How the last line of either end starts. */
    public static final String SUM = "sha256 ";

    private static final int CHUNK = 64 * 1024;
    private static final int CHUNKS_PER_MIB = 1024 * 1024 / CHUNK;
    private static final int TIMEOUT_MS = 30_000;

    private StreamPeer()
    {
    }

    /**
     * @param args see the class comment.
     * @throws IOException if the connection fails.
     */
    public static void main(final String[] args) throws IOException
    {
        final InetAddress address = InetAddress.getByName(args[1]);
        final int tcpPort = Integer.parseInt(args[2]);
        if ("listen".equals(args[0]))
        {
            listen(address, tcpPort);
        }
        else
        {
            send(address, tcpPort, Integer.parseInt(args[3]), Long.parseLong(args[4]));
        }
    }

    private static void listen(final InetAddress address, final int tcpPort) throws IOException
    {
        try (ServerSocket server = new ServerSocket(tcpPort, 1, address))
        {
            server.setSoTimeout(TIMEOUT_MS);
            System.out.println(LISTENING);
            try (Socket socket = server.accept())
            {
                socket.setSoTimeout(TIMEOUT_MS);
                final MessageDigest digest = sha256();
                final byte[] chunk = new byte[CHUNK];
                final InputStream input = socket.getInputStream();
                long total = 0;
                for (int length = input.read(chunk); length >= 0; length = input.read(chunk))
                {
                    digest.update(chunk, 0, length);
                    total += length;
                }
                print(total, digest);
            }
        }
    }

    private static void send(final InetAddress address, final int tcpPort, final int mib, final long seed)
        throws IOException
    {
        try (Socket socket = new Socket())
        {
            socket.connect(new InetSocketAddress(address, tcpPort), TIMEOUT_MS);
            final MessageDigest digest = sha256();
            final SplittableRandom random = new SplittableRandom(seed);
            final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            final OutputStream output = socket.getOutputStream();
            for (long i = 0; i < (long)mib * CHUNKS_PER_MIB; i++)
            {
                for (int index = 0; index < CHUNK; index += Long.BYTES)
                {
                    chunk.putLong(index, random.nextLong());
                }
                digest.update(chunk.array());
                output.write(chunk.array());
            }
            print((long)mib * CHUNKS_PER_MIB * CHUNK, digest);
        }
    }

    private static void print(final long total, final MessageDigest digest)
    {
        System.out.println(SUM + total + " " + HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256()
    {
        try
        {
            return MessageDigest.getInstance("SHA-256");
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new AssertionError("every Java platform has SHA-256", ex);
        }
    }
}

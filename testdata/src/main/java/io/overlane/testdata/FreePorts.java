// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Ports for a test that needs the number before the port is bound: for a server in another process, or to bind it
 * twice. No other test takes them meanwhile. They are below the ports that Linux assigns by itself, and each JVM of
 * tests reserves a block for as long as it runs, with a lock on a byte of a common file. A test that can bind port 0
 * and read the port does not need this.
 */
public final class FreePorts
{
    private static final int LOWEST = 10_240;
    private static final int BLOCK = 128;

    /** Up to 32767; {@code ip_local_port_range} begins at 32768. */
    private static final int BLOCKS = (32_768 - LOWEST) / BLOCK;

    private static final Path FILE = Path.of(
        System.getProperty("java.io.tmpdir"), "overlane-test-ports-" + System.getProperty("user.name"));

    /** Open until the JVM ends, because closing any channel of the file would release all locks of this JVM on it. */
    private static final FileChannel CHANNEL = open();
    private static final FreePorts OF_THIS_JVM = new FreePorts();

    private final int first;
    private int taken;

    FreePorts()
    {
        first = LOWEST + BLOCK * reserve();
    }

    private static FileChannel open()
    {
        try
        {
            return FileChannel.open(FILE, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private static int reserve()
    {
        for (int block = 0; block < BLOCKS; block++)
        {
            if (isOurs(block))
            {
                return block;
            }
        }
        throw new IllegalStateException(BLOCKS + " JVMs of tests hold every block of ports; see " + FILE);
    }

    /** The lock of a block is released when the JVM ends. */
    private static boolean isOurs(final int block)
    {
        try
        {
            return CHANNEL.tryLock(block, 1, false) != null;
        }
        catch (final OverlappingFileLockException ex)
        {
            return false;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** @return the first of them. On this host no TCP or UDP socket is bound to any of them. */
    public static int take(final int neighbours)
    {
        return OF_THIS_JVM.next(neighbours);
    }

    synchronized int next(final int neighbours)
    {
        for (int attempt = 0; attempt < BLOCK; attempt++)
        {
            if (taken + neighbours > BLOCK)
            {
                taken = 0;
            }
            final int port = first + taken;
            final int bound = firstBound(port, neighbours);
            taken += bound < 0 ? neighbours : bound + 1;
            if (bound < 0)
            {
                return port;
            }
        }
        throw new IllegalStateException("no " + neighbours + " free ports in " + first + "-" + (first + BLOCK - 1));
    }

    /** @return index of the first port that is bound; -1 if none is. */
    private static int firstBound(final int port, final int neighbours)
    {
        for (int i = 0; i < neighbours; i++)
        {
            try (ServerSocket tcp = new ServerSocket(port + i); DatagramSocket udp = new DatagramSocket(port + i))
            {
                assert tcp.getLocalPort() == udp.getLocalPort();
            }
            catch (final IOException ex)
            {
                return i;
            }
        }
        return -1;
    }
}

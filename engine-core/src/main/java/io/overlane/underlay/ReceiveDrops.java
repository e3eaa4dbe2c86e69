// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Reads from the tables in {@code /proc/net} how many datagrams Linux dropped on their way into a UDP socket. This
 * needs no descriptor of the socket. Other systems have no such table.
 */
final class ReceiveDrops
{
    /** Columns of a line: the line number, the local address, …, the drops. */
    private static final int LOCAL_ADDRESS = 1;
    private static final int DROPS = 12;

    private final Path table;
    private final String localAddress;
    private long drops;

    ReceiveDrops(final Vtep local)
    {
        table = Path.of(local.address().isV4() ? "/proc/net/udp" : "/proc/net/udp6");
        localAddress = column(local);
    }

    /**
     * Read the table, which has a line for every UDP socket of the network namespace. Any thread. The kernel counts in
     * 32 bits: the sum is right if this is called at least once per 2^32 drops.
     *
     * @return datagrams dropped since the socket was opened; the last value read if the socket is closed; 0 without a
     *         table.
     */
    synchronized long read()
    {
        try
        {
            for (final String line : Files.readAllLines(table, StandardCharsets.US_ASCII))
            {
                final String[] columns = line.strip().split(" +");
                if (columns.length > DROPS && columns[LOCAL_ADDRESS].equals(localAddress))
                {
                    drops += (Long.parseLong(columns[DROPS]) - drops) & 0xFFFF_FFFFL;
                }
            }
        }
        catch (final IOException | NumberFormatException ex)
        {
            return drops;
        }
        return drops;
    }

    /** The address as the table shows it: words of 32 bits in the order of a little-endian machine, and the port. */
    private static String column(final Vtep local)
    {
        final IpAddress address = local.address();
        final String low = word(address.low());
        return (address.isV4() ? low : word(address.high() >>> 32) + word(address.high()) +
            word(address.low() >>> 32) + low) + String.format(Locale.ROOT, ":%04X", local.udpPort());
    }

    private static String word(final long bits)
    {
        return String.format(Locale.ROOT, "%08X", Integer.reverseBytes((int)bits));
    }
}

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
 * Reads how many datagrams Linux dropped on their way into a UDP socket, from the tables in {@code /proc/net}: for
 * sockets whose descriptor nobody has. Other systems have no such table.
 */
final class ReceiveDrops
{
    /** Columns of a line: number, local address, … and drops as the last one. */
    private static final int LOCAL_ADDRESS = 1;
    private static final int DROPS = 12;

    private final Path table;
    private final String localAddress;
    private long drops;

    /**
     * @param local what the socket is bound to.
     */
    ReceiveDrops(final Vtep local)
    {
        table = Path.of(local.address().isV4() ? "/proc/net/udp" : "/proc/net/udp6");
        localAddress = column(local);
    }

    /**
     * Read the table, which has a line for every UDP socket of the network namespace. Any thread.
     *
     * @return datagrams dropped since the socket was opened; what was read last if it is closed, 0 where there is no
     *     table. The kernel counts in 32 bits; the sum is right if somebody asks before that count starts again.
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

    /** The form of the table: words of 32 bits as a little-endian machine reads them, and the port. */
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

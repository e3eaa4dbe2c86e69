// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The interface statistics of a little-endian pcapng file, which our reader passes over. */
final class StatisticsBlocks
{
    /** The code of {@code isb_ifrecv}. */
    static final int RECEIVED = 4;

    /** The code of {@code isb_ifdrop}. */
    static final int DROPPED = 5;

    private static final int TYPE = 5;
    private static final int FIRST_OPTION = 20;
    private static final int COMMENT = 1;
    private static final String LOST = "lost-behind-last-packet=";

    private StatisticsBlocks()
    {
    }

    /** The sum of a counter of all interfaces. */
    static long sum(final Path file, final int code) throws IOException
    {
        long sum = 0;
        for (final ByteBuffer value : values(file, code))
        {
            sum += value.getLong(0);
        }
        return sum;
    }

    /** The sum of the lost records behind the last packet of each interface, which the comments name. */
    static long lostBehindLastPacket(final Path file) throws IOException
    {
        long sum = 0;
        for (final ByteBuffer value : values(file, COMMENT))
        {
            final String comment = StandardCharsets.UTF_8.decode(value).toString();
            assertTrue(comment.startsWith(LOST), comment);
            sum += Long.parseLong(comment.substring(LOST.length()));
        }
        return sum;
    }

    private static List<ByteBuffer> values(final Path file, final int code) throws IOException
    {
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        final List<ByteBuffer> values = new ArrayList<>();
        for (int block = 0; block < bytes.limit(); block += bytes.getInt(block + 4))
        {
            if (bytes.getInt(block) != TYPE)
            {
                continue;
            }
            int option = block + FIRST_OPTION;
            while (bytes.getShort(option) != 0)
            {
                final int length = bytes.getShort(option + 2);
                if (bytes.getShort(option) == code)
                {
                    values.add(bytes.slice(option + 4, length).order(ByteOrder.LITTLE_ENDIAN));
                }
                option += 4 + (length + 3 & ~3);
            }
        }
        return values;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** The interface statistics of a little-endian pcapng file, which our reader passes over. */
final class StatisticsBlocks
{
    /** The code of {@code isb_ifrecv}. */
    static final int RECEIVED = 4;

    /** The code of {@code isb_ifdrop}. */
    static final int DROPPED = 5;

    private static final int TYPE = 5;

    private StatisticsBlocks()
    {
    }

    /** The sum of a counter of all interfaces. */
    static long sum(final Path file, final int code) throws IOException
    {
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        long sum = 0;
        int block = 0;
        while (block < bytes.limit())
        {
            final int length = bytes.getInt(block + 4);
            if (bytes.getInt(block) == TYPE)
            {
                for (int option = block + 20; bytes.getShort(option) != 0; option += 4 + bytes.getShort(option + 2))
                {
                    sum += bytes.getShort(option) == code ? bytes.getLong(option + 4) : 0;
                }
            }
            block += length;
        }
        return sum;
    }
}

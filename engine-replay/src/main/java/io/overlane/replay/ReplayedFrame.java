// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.frame.Frame;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A frame that a replayed engine gave to a port: delivered, or an answer to a frame from there.
 *
 * @param port  its name.
 * @param bytes from the Ethernet header on, or from the IP header on if the engine has an IP network; a partial
 *              checksum stays partial.
 */
public record ReplayedFrame(String port, byte[] bytes)
{
    static ReplayedFrame of(final ReplayPort port, final Frame frame)
    {
        return new ReplayedFrame(port.name(), bytes(frame));
    }

    static byte[] bytes(final Frame frame)
    {
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(frame.offset(), bytes);
        return bytes;
    }

    @Override
    public boolean equals(final @Nullable Object other)
    {
        return other instanceof ReplayedFrame frame && port.equals(frame.port) && Arrays.equals(bytes, frame.bytes);
    }

    @Override
    public int hashCode()
    {
        return 31 * port.hashCode() + Arrays.hashCode(bytes);
    }

    @Override
    public String toString()
    {
        return port + " " + HexFormat.of().formatHex(bytes);
    }
}

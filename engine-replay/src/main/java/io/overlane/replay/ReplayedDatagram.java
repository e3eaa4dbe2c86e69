// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.underlay.SendBatch;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A datagram that a replayed engine sent.
 *
 * @param remote its destination.
 * @param tos    outer type of service or traffic class.
 * @param bytes  its payload, which begins with the tunnel header if there is one.
 */
public record ReplayedDatagram(Vtep remote, int tos, byte[] bytes)
{
    static ReplayedDatagram of(final SendBatch batch, final int index)
    {
        return new ReplayedDatagram(
            new Vtep(new IpAddress(batch.remoteHigh(index), batch.remoteLow(index)), batch.remotePort(index)),
            batch.tos(index),
            ReplayedFrame.bytes(batch.frame(index)));
    }

    @Override
    public boolean equals(final @Nullable Object other)
    {
        return other instanceof ReplayedDatagram datagram &&
            remote.equals(datagram.remote) && tos == datagram.tos && Arrays.equals(bytes, datagram.bytes);
    }

    @Override
    public int hashCode()
    {
        return 31 * remote.hashCode() + Arrays.hashCode(bytes);
    }

    @Override
    public String toString()
    {
        return remote + " " + HexFormat.of().formatHex(bytes);
    }
}

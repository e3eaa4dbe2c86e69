// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import io.overlane.address.IpAddress;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of one dropped frame.
 *
 * @param reason          why it was dropped.
 * @param timeNs          time of the drop, on the engine's clock: {@code clock.nanoTime()} less this is its age.
 * @param vni             its segment, or {@link DropLedger#NO_VNI}; a VNI that is not ours can be read from the bytes.
 * @param remote          the outer address it came from or should have gone to, if there is one.
 * @param length          bytes it had.
 * @param hasTunnelHeader true if the bytes begin with the VXLAN header, or with what there was of it: a check or a
 *                        stage refused the datagram. False if they begin with the inner frame.
 * @param bytes           the first of them, {@link DropSamples#MAX_BYTES} at most.
 */
public record DropSample(
    DropReason reason,
    long timeNs,
    int vni,
    @Nullable IpAddress remote,
    int length,
    boolean hasTunnelHeader,
    byte[] bytes)
{
    @Override
    public boolean equals(final @Nullable Object other)
    {
        return other instanceof DropSample sample &&
            reason == sample.reason && timeNs == sample.timeNs && vni == sample.vni && length == sample.length &&
            hasTunnelHeader == sample.hasTunnelHeader &&
            Objects.equals(remote, sample.remote) && Arrays.equals(bytes, sample.bytes);
    }

    @Override
    public int hashCode()
    {
        return 31 * Long.hashCode(timeNs) + Arrays.hashCode(bytes);
    }
}

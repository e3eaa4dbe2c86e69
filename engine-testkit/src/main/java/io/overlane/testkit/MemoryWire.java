// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.address.Vtep;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;

/** Decides what becomes of each datagram of a {@link MemoryFabric}: loss, delay, another order, copies, partitions. */
@FunctionalInterface
public interface MemoryWire
{
    /**
     * A datagram is on its way to an endpoint. A datagram to a group comes once for each member. This runs on the
     * sending thread, which holds the lock of the fabric.
     *
     * @param payload with the bytes of the datagram, valid during the call.
     * @param offset  of the first byte.
     * @param length  bytes in the datagram.
     * @param copies  takes the delay, in nanoseconds, of each copy that arrives; without a call the datagram is lost.
     *                Copies that are due at the same time arrive in the order of these calls.
     */
    void carry(Vtep from, Vtep to, DirectBuffer payload, int offset, int length, LongConsumer copies);
}

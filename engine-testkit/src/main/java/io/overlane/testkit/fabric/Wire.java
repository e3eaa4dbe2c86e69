// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.Vtep;
import io.overlane.memory.MemoryBuffer;
import io.overlane.testkit.MemoryWire;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;

/** The network between the engines: it loses, copies and delays datagrams, and is divided in two from time to time. */
final class Wire implements MemoryWire
{
    private static final int NOBODY = -1;

    /** Delays are multiples of this, so that datagrams come together now and then. */
    private static final long STEP_NS = TimeUnit.MICROSECONDS.toNanos(20);

    private static final int SHORTEST_STEPS = 2;
    private static final int USUAL_STEPS = 20;
    private static final int LATEST_STEPS = 10_000;

    private final Simulation simulation;
    private final FabricContext context;
    private final SplittableRandom random;
    private final boolean[] side;
    private boolean isDivided;
    private int sender = NOBODY;
    /** A datagram that an attacker has seen. */
    private byte[] seen = {};
    private int seenFrom;
    private int seenTo;

    Wire(final Simulation simulation, final FabricContext context, final SplittableRandom random)
    {
        this.simulation = simulation;
        this.context = context;
        this.random = random;
        side = new boolean[context.engines()];
    }

    /** Datagrams come from this engine now; those that are forged from nobody. */
    void sender(final int engine)
    {
        sender = engine;
    }

    /** Forge a datagram. It is lost if nobody has the destination's address. */
    void forge(final int from, final int to, final byte[] bytes)
    {
        sender = NOBODY;
        simulation.fabric().inject(
            Endpoints.vtep(from), Endpoints.vtep(to), new MemoryBuffer(bytes), 0, bytes.length);
    }

    /** Send a datagram again that the network has carried before; nothing if it has carried none. */
    void repeat()
    {
        if (seen.length > 0)
        {
            forge(seenFrom, seenTo, seen);
        }
    }

    /** Divide the network, or heal it. Sometimes a single engine is alone. */
    void divide(final boolean divided)
    {
        isDivided = divided;
        if (divided)
        {
            final boolean isOneAlone = random.nextBoolean();
            final int alone = random.nextInt(side.length);
            for (int i = 0; i < side.length; i++)
            {
                side[i] = isOneAlone ? i == alone : random.nextBoolean();
            }
        }
    }

    @Override
    public void carry(
        final Vtep from,
        final Vtep to,
        final DirectBuffer payload,
        final int offset,
        final int length,
        final LongConsumer copies)
    {
        final byte[] bytes = new byte[length];
        payload.getBytes(offset, bytes);
        final int source = Endpoints.of(from);
        final int destination = Endpoints.of(to);
        final boolean isForged = sender == NOBODY;
        if (!isForged)
        {
            if (source != sender)
            {
                throw new Disagreement(source, 0, "a datagram was sent while only engine " + sender + " ran");
            }
            simulation.found().datagrams.add(new Effects.Datagram(destination, bytes));
            see(source, destination, bytes);
            if (isDivided && side[source] != side[destination] || random.nextDouble() < context.loss())
            {
                return;
            }
        }
        final int count = !isForged && random.nextDouble() < context.duplication() ? 2 : 1;
        for (int i = 0; i < count; i++)
        {
            final long delayNs = STEP_NS * (random.nextDouble() < context.lateness() ?
                random.nextInt(USUAL_STEPS, LATEST_STEPS) :
                random.nextInt(SHORTEST_STEPS, USUAL_STEPS));
            copies.accept(delayNs);
            simulation.engines().get(destination).plan(source, bytes, delayNs, isForged);
        }
    }

    private void see(final int from, final int to, final byte[] bytes)
    {
        seenFrom = from;
        seenTo = to;
        seen = bytes;
    }
}

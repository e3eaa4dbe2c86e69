// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * A wire that loses, reorders and copies packets, in a process of its own: two TAP devices without any offload, and
 * whatever enters one comes out of the other, most of it. (The {@code netem} of {@code tc} is not in every kernel.)
 *
 * <pre>
 *  LEFT RIGHT LOST-PER-10000 OVERTAKEN-PER-10000 TWICE-PER-10000 SEED
 * </pre>
 *
 * Prints a line when the devices are there, and what it did when it is told to end.
 */
public final class ImpairedWire
{
    /** What is printed when the devices can be taken. */
    static final String READY = "wire: ready";

    /** How the last line starts; carried, lost and overtaken follow. */
    static final String DONE = "wire: done ";

    private static final int BATCH = 64;
    private static final int MTU = 1500;
    private static final int FRAME_LENGTH = 2048;
    private static final int PARTS = 10_000;

    /** A frame that is held back is overtaken by so many at most. */
    private static final int MOST_OVERTAKING = 8;

    private ImpairedWire()
    {
    }

    /** One way through the wire. */
    private static final class Direction implements Runnable
    {
        private final TunPort from;
        private final TunPort to;
        private final int lossParts;
        private final int reorderParts;
        private final int copyParts;
        private final SplittableRandom random;
        private final FrameBatch in = new FrameBatch(BATCH);
        private final FrameBatch out = new FrameBatch(1);
        private final Frame held = new FrameSlab(1, FRAME_LENGTH).frame(0);
        private int overtakers;
        private volatile boolean isStopped;
        private volatile long carried;
        private volatile long lost;
        private volatile long overtaken;

        Direction(
            final TunPort from,
            final TunPort to,
            final int lossParts,
            final int reorderParts,
            final int copyParts,
            final long seed)
        {
            this.from = from;
            this.to = to;
            this.lossParts = lossParts;
            this.reorderParts = reorderParts;
            this.copyParts = copyParts;
            random = new SplittableRandom(seed);
        }

        void stop()
        {
            isStopped = true;
            from.wake();
        }

        @Override
        public void run()
        {
            while (!isStopped)
            {
                in.clear();
                if (from.poll(in, BATCH) == 0)
                {
                    // Nobody is left to overtake it.
                    release();
                    from.await(TimeUnit.SECONDS.toNanos(1));
                }
                for (int i = 0; i < in.size(); i++)
                {
                    pass(in.get(i));
                }
            }
        }

        private void pass(final Frame frame)
        {
            if (random.nextInt(PARTS) < lossParts)
            {
                lost++;
                return;
            }
            if (overtakers == 0 && frame.length() <= FRAME_LENGTH && random.nextInt(PARTS) < reorderParts)
            {
                held.wrap(FrameSlab.HEADROOM, frame.length());
                held.buffer().putBytes(held.offset(), frame.buffer(), frame.offset(), frame.length());
                overtakers = 1 + random.nextInt(MOST_OVERTAKING);
                return;
            }
            write(frame);
            if (copyParts > 0 && random.nextInt(PARTS) < copyParts)
            {
                write(frame);
            }
            if (overtakers > 0)
            {
                overtaken += overtakers == 1 ? 1 : 0;
                if (--overtakers == 0)
                {
                    write(held);
                }
            }
        }

        private void release()
        {
            if (overtakers > 0)
            {
                overtakers = 0;
                write(held);
            }
        }

        private void write(final Frame frame)
        {
            out.clear();
            out.add(frame);
            to.offer(out);
            carried++;
        }
    }

    /**
     * The command line that starts it.
     *
     * @param classPath    with this class and the engine's.
     * @param left         name of the one device.
     * @param right        name of the other.
     * @param lossParts    of ten thousand packets that are lost.
     * @param reorderParts of ten thousand packets that are overtaken by later ones.
     * @param copyParts    of ten thousand packets that come twice.
     * @return program and arguments.
     */
    public static List<String> command(
        final String classPath,
        final String left,
        final String right,
        final int lossParts,
        final int reorderParts,
        final int copyParts)
    {
        return JavaCommand.of(List.of("-Xmx64m", "-cp", classPath), ImpairedWire.class.getName(), List.of(
            left, right, Integer.toString(lossParts), Integer.toString(reorderParts), Integer.toString(copyParts),
            "1"));
    }

    /**
     * @param args see the class comment.
     * @throws IOException if the devices cannot be made.
     */
    public static void main(final String[] args) throws IOException
    {
        final int lossParts = Integer.parseInt(args[2]);
        final int reorderParts = Integer.parseInt(args[3]);
        final int copyParts = Integer.parseInt(args[4]);
        final long seed = Long.parseLong(args[5]);
        final TunPort left = port(args[0]);
        final TunPort right = port(args[1]);
        final Direction there = new Direction(left, right, lossParts, reorderParts, copyParts, seed);
        final Direction back = new Direction(right, left, lossParts, reorderParts, copyParts, seed + 1);
        final List<Thread> threads = List.of(new Thread(there), new Thread(back));
        threads.forEach(Thread::start);
        Runtime.getRuntime().addShutdownHook(new Thread(() ->
        {
            there.stop();
            back.stop();
            threads.forEach(ImpairedWire::join);
            System.out.println(DONE + (there.carried + back.carried) + " " + (there.lost + back.lost) + " " +
                (there.overtaken + back.overtaken));
        }));
        System.out.println(READY);
    }

    private static void join(final Thread thread)
    {
        try
        {
            thread.join();
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    private static TunPort port(final String name) throws IOException
    {
        // It is moved to another namespace, where this process cannot ask for its MTU.
        return new TunPort(TunDevice.create(new TunOptions(TunKind.TAP, name)), MTU, System.err::println);
    }
}

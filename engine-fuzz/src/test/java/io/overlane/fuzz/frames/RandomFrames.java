// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Random frames each way through an engine of each profile; the command of {@code scripts/random-frames.sh}. */
final class RandomFrames
{
    private static final int MOST = 60;

    private RandomFrames()
    {
    }

    /**
     * Carry frames in both directions.
     *
     * @param count of frames and of datagrams at least, before joined ones are counted.
     * @return the engine's counters are those of the run, which is closed.
     */
    static FrameRun run(final Profile profile, final boolean isV4, final long count, final long seed)
    {
        final RandomTraffic traffic = new RandomTraffic(profile, isV4, seed);
        final Dice dice = traffic.dice();
        long round = 0;
        try (FrameRun run = new FrameRun(profile, isV4, traffic))
        {
            final PathCounters encap = run.engine().counters().encap();
            final PathCounters decap = run.engine().counters().decap();
            while (encap.framesIn() < count || decap.framesIn() < count)
            {
                // Single frames now and then, so that a lost fate and a double one cannot make up for each other.
                final boolean isSingle = dice.oneIn(16);
                final boolean hasSuperFrames = !isSingle && dice.oneIn(8);
                final int frames = encap.framesIn() >= count ? 0 : isSingle ? 1 : dice.below(MOST);
                final int datagrams = decap.framesIn() >= count ? 0 : isSingle ? 1 : dice.below(MOST);
                traffic.fill(frames, datagrams, hasSuperFrames);
                if (dice.oneIn(64))
                {
                    run.clock().step(dice.below(200), TimeUnit.MILLISECONDS);
                }
                // A gateway makes frames of its own, and lets others wait for its neighbours.
                run.round(!hasSuperFrames && profile != Profile.GATEWAY);
                round++;
            }
            return run;
        }
        catch (final Throwable ex)
        {
            throw new AssertionError(
                profile + (isV4 ? " over IPv4" : " over IPv6") + ", seed " + seed + ", round " + round, ex);
        }
    }

    /** Number of different reasons for drops. */
    private static int reasons(final PathCounters path)
    {
        int reasons = 0;
        for (int i = 1; i < DropReason.count(); i++)
        {
            reasons += path.dropped(DropReason.get(i)) > 0 ? 1 : 0;
        }
        return reasons;
    }

    /** {@code COUNT [SEED [PROFILE]…]}. */
    public static void main(final String[] args)
    {
        final long count = Long.parseLong(args[0]);
        final long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
        System.out.println("seed " + seed);
        System.out.println("| profile | underlay | frames from ports | delivered | answered | dropped | reasons " +
            "| datagrams | delivered | answered | dropped | reasons | minutes | million a second |");
        System.out.println("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        for (final Profile profile : Profile.values())
        {
            if (args.length > 2 && !java.util.Arrays.asList(args).subList(2, args.length).contains(profile.name()))
            {
                continue;
            }
            for (final boolean isV4 : new boolean[]{true, false})
            {
                final long beginNs = System.nanoTime();
                final FrameRun run = run(profile, isV4, count, seed);
                final PathCounters encap = run.engine().counters().encap();
                final PathCounters decap = run.engine().counters().decap();
                final double seconds = (System.nanoTime() - beginNs) / 1e9;
                System.out.printf(
                    Locale.ROOT, "| %s | %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %.1f | %.2f |%n",
                    profile, isV4 ? "IPv4" : "IPv6",
                    encap.framesIn(), encap.delivered(), encap.answered(), encap.dropped(), reasons(encap),
                    decap.framesIn(), decap.delivered(), decap.answered(), decap.dropped(), reasons(decap),
                    seconds / 60, (encap.framesIn() + decap.framesIn()) / seconds / 1e6);
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The settings of a simulated fabric. Rates are per second of virtual time, and probabilities are 0…1. Setters return
 * this, and throw {@link IllegalArgumentException} for a value that cannot work.
 */
public final class FabricContext
{
    /** The most engines. */
    public static final int MAX_ENGINES = 4_096;

    private static final int MAX_NETWORKS = 3_500;

    private final long seed;
    private int engines = 20;
    private int networks = 8;
    private int stations = 80;
    private long durationNs = TimeUnit.MINUTES.toNanos(10);
    private long maxWallNs = Long.MAX_VALUE;
    private int framesPerSecond = 200;
    private double changesPerSecond = 1;
    private double hostilePerSecond;
    private double loss = 0.01;
    private double duplication = 0.005;
    private double lateness = 0.02;
    private long partitionEveryNs = TimeUnit.MINUTES.toNanos(5);
    private long partitionNs = TimeUnit.SECONDS.toNanos(20);
    private long checkEveryNs = TimeUnit.SECONDS.toNanos(30);
    private long progressNs = Long.MAX_VALUE;
    private Consumer<FabricReport> progress = report -> {};
    private final List<Consumer<SegmentPolicy>> policies = new ArrayList<>();

    /** @param seed of every random decision; the same settings and seed give the same run. */
    public FabricContext(final long seed)
    {
        this.seed = seed;
    }

    /** @return seed of every random decision. */
    public long seed()
    {
        return seed;
    }

    /** @return number of engines. */
    public int engines()
    {
        return engines;
    }

    /** @param engines 4…{@link #MAX_ENGINES}; each takes about half a megabyte. Default 20. */
    public FabricContext engines(final int engines)
    {
        this.engines = inRange("engines", engines, 4, MAX_ENGINES);
        return this;
    }

    /** @return number of overlay networks. */
    public int networks()
    {
        return networks;
    }

    /**
     * @param networks overlay networks, 3…3500. The first has a hundred member engines, or all if there are fewer; the
     *                 others have 2…16. Of four networks two learn, one has a control plane, and one has a VNI of its
     *                 own in each engine. A dozen networks with a control plane have gateways,
     *                 and are routed. Default 8.
     */
    public FabricContext networks(final int networks)
    {
        this.networks = inRange("networks", networks, 3, MAX_NETWORKS);
        return this;
    }

    /** @return number of stations. */
    public int stations()
    {
        return stations;
    }

    /** @param stations in all networks together, two at least for each of them; default 80. */
    public FabricContext stations(final int stations)
    {
        this.stations = inRange("stations", stations, 6, 1 << 20);
        return this;
    }

    /** @return length of the run, in nanoseconds of virtual time. */
    public long durationNs()
    {
        return durationNs;
    }

    /** @param durationNs length of the run, in nanoseconds of virtual time; default ten minutes. */
    public FabricContext durationNs(final long durationNs)
    {
        require("durationNs", durationNs, durationNs > 0);
        this.durationNs = durationNs;
        return this;
    }

    /** @return longest time of the run after the launch of the engines, in nanoseconds of real time. */
    public long maxWallNs()
    {
        return maxWallNs;
    }

    /**
     * @param maxWallNs end the run sooner, when this real time has passed since the launch of the engines, in
     *                  nanoseconds; it then depends on the machine how far the run comes. Default: no limit.
     */
    public FabricContext maxWallNs(final long maxWallNs)
    {
        require("maxWallNs", maxWallNs, maxWallNs > 0);
        this.maxWallNs = maxWallNs;
        return this;
    }

    /** @return frames that all stations together begin to send, besides replies. */
    public int framesPerSecond()
    {
        return framesPerSecond;
    }

    /** @param framesPerSecond frames that all stations together send, besides replies, 1…1,000,000; default 200. */
    public FabricContext framesPerSecond(final int framesPerSecond)
    {
        this.framesPerSecond = inRange("framesPerSecond", framesPerSecond, 1, 1_000_000);
        return this;
    }

    /** @return changes of stations, engines, flood lists, memberships and policies. */
    public double changesPerSecond()
    {
        return changesPerSecond;
    }

    /** @param changesPerSecond changes of stations, engines, flood lists, memberships and policies; default 1. */
    public FabricContext changesPerSecond(final double changesPerSecond)
    {
        require("changesPerSecond", changesPerSecond, changesPerSecond >= 0);
        this.changesPerSecond = changesPerSecond;
        return this;
    }

    /** @return hostile datagrams. */
    public double hostilePerSecond()
    {
        return hostilePerSecond;
    }

    /** @param hostilePerSecond malformed, forged and repeated datagrams; default 0. */
    public FabricContext hostilePerSecond(final double hostilePerSecond)
    {
        require("hostilePerSecond", hostilePerSecond, hostilePerSecond >= 0);
        this.hostilePerSecond = hostilePerSecond;
        return this;
    }

    /** @return probability that a datagram is lost. */
    public double loss()
    {
        return loss;
    }

    /** @param loss probability that a datagram is lost; default 0.01. */
    public FabricContext loss(final double loss)
    {
        this.loss = probability("loss", loss);
        return this;
    }

    /** @return probability that a datagram arrives twice. */
    public double duplication()
    {
        return duplication;
    }

    /** @param duplication probability that a datagram arrives twice; default 0.005. */
    public FabricContext duplication(final double duplication)
    {
        this.duplication = probability("duplication", duplication);
        return this;
    }

    /** @return probability that others overtake a datagram. */
    public double lateness()
    {
        return lateness;
    }

    /** @param lateness probability that a datagram comes up to 200 ms late, behind others; default 0.02. */
    public FabricContext lateness(final double lateness)
    {
        this.lateness = probability("lateness", lateness);
        return this;
    }

    /** @return time between the starts of two partitions, in nanoseconds. */
    public long partitionEveryNs()
    {
        return partitionEveryNs;
    }

    /** @return length of a partition, in nanoseconds. */
    public long partitionNs()
    {
        return partitionNs;
    }

    /**
     * Divide the network in two from time to time: no datagram passes between the sides.
     *
     * @param everyNs  time between the starts of two partitions, in nanoseconds; 0: no partitions. Default 5 minutes.
     * @param lengthNs of a partition, in nanoseconds; default 20 seconds.
     */
    public FabricContext partitions(final long everyNs, final long lengthNs)
    {
        require("everyNs", everyNs, everyNs >= 0);
        require("lengthNs", lengthNs, everyNs == 0 || lengthNs > 0 && lengthNs < everyNs);
        partitionEveryNs = everyNs;
        partitionNs = lengthNs;
        return this;
    }

    /** @return time in which each engine's tables and counters are compared once, in nanoseconds. */
    public long checkEveryNs()
    {
        return checkEveryNs;
    }

    /**
     * @param checkEveryNs time in which all tables and counters of each engine are compared once with the model, in
     *                     nanoseconds; default 30 seconds. Each frame is compared anyway.
     */
    public FabricContext checkEveryNs(final long checkEveryNs)
    {
        require("checkEveryNs", checkEveryNs, checkEveryNs > 0);
        this.checkEveryNs = checkEveryNs;
        return this;
    }

    long progressNs()
    {
        return progressNs;
    }

    Consumer<FabricReport> progress()
    {
        return progress;
    }

    /**
     * @param everyNs  real time between two reports, in nanoseconds.
     * @param progress gets reports while the run goes on, on the thread that runs it.
     */
    public FabricContext progress(final long everyNs, final Consumer<FabricReport> progress)
    {
        require("everyNs", everyNs, everyNs > 0);
        progressNs = everyNs;
        this.progress = progress;
        return this;
    }

    /**
     * Use a policy for segments of networks that learn; several policies take turns, and change while frames flow.
     * Without a call, seven policies of different profiles and ages are used.
     *
     * @param policy sets the rules. The model knows all rules except limits, listed sources and multicast groups;
     *               {@link Fabric#run} refuses those.
     */
    public FabricContext policy(final Consumer<SegmentPolicy> policy)
    {
        policies.add(policy);
        return this;
    }

    List<Consumer<SegmentPolicy>> policies()
    {
        return policies.isEmpty() ? defaultPolicies() : policies;
    }

    private static List<Consumer<SegmentPolicy>> defaultPolicies()
    {
        return List.of(
            policy -> policy.learning(true),
            policy -> policy.learning(true).fdbAgeNs(TimeUnit.SECONDS.toNanos(20)),
            policy -> policy.learning(true).fdbAgeNs(TimeUnit.SECONDS.toNanos(3)).proxy(false),
            policy -> policy.profile(PolicyProfile.RFC7348).learning(true),
            policy -> policy.profile(PolicyProfile.STRICT).learning(true).fdbAgeNs(TimeUnit.SECONDS.toNanos(60)),
            policy -> policy.profile(PolicyProfile.STRICT),
            policy -> policy.learning(true).fdbAgeNs(0));
    }

    private static int inRange(final String name, final int value, final int min, final int max)
    {
        require(name, value, value >= min && value <= max);
        return value;
    }

    private static double probability(final String name, final double value)
    {
        require(name, value, value >= 0 && value <= 1);
        return value;
    }

    private static void require(final String name, final Object value, final boolean isRight)
    {
        if (!isRight)
        {
            throw new IllegalArgumentException(name + "=" + value + " cannot work; see its description");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.setting.Setting;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VlanTag;
import java.util.concurrent.TimeUnit;
import org.agrona.BitUtil;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link RingPort} or a {@link RingCable}. Changes after the port was made have no effect on it.
 */
public final class RingPortContext
{
    /** What VXLAN over IPv4 leaves of an Ethernet of 1,500 bytes. */
    public static final int DEFAULT_MTU = 1_450;

    /** More than an engine carries in one batch, so that an application can write while the engine reads. */
    public static final int DEFAULT_CAPACITY = 256;

    /** Far more than a running thread needs to write a frame, and short enough for the threads that wait behind it. */
    public static final long DEFAULT_CLAIM_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);

    /** Longer than a thread needs to wake up. At 10 Gb/s, 1.2 MB arrive meanwhile in the socket of the underlay. */
    public static final long DEFAULT_BLOCK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** An engine whose thread waits for longer looks dead to its peers and operators. */
    public static final long MAX_BLOCK_NS = TimeUnit.SECONDS.toNanos(1);

    private static final int MAX_MTU = 65_535;

    private String name = "app";
    private int mtu = DEFAULT_MTU;
    private int capacity = DEFAULT_CAPACITY;
    private long claimTimeoutNs = DEFAULT_CLAIM_TIMEOUT_NS;
    private NanoClock clock = SystemNanoClock.INSTANCE;
    private SlowReader slowReader = SlowReader.DROP_NEWEST;
    private long blockNs = DEFAULT_BLOCK_NS;
    private GuardedErrorHandler errorHandler = GuardedErrorHandler.of(null);

    /** Bytes in the longest Ethernet frame: one VLAN tag does not count against the MTU. */
    int longestFrame()
    {
        return mtu + EthernetHeader.LENGTH + VlanTag.LENGTH;
    }

    /** A ring for the frames of one direction, with as many bytes free in front of each. */
    FrameRing ring(final int headroom)
    {
        final int recordLength = RecordStates.ringLength(headroom + longestFrame());
        // One record more than asked for: that much can be lost to padding where the ring ends.
        final long wanted = (capacity + 1L) * recordLength;
        if (wanted > FrameRing.MAX_CAPACITY)
        {
            throw new IllegalArgumentException("port " + name + ": capacity=" + capacity + " frames of " +
                longestFrame() + " bytes (expected 1…" + (FrameRing.MAX_CAPACITY / recordLength - 1) + ")");
        }
        return new FrameRing(BitUtil.findNextPositivePowerOfTwo((int)wanted));
    }

    String name()
    {
        return name;
    }

    /** @param name in counters, tables and logs; default "app". */
    public RingPortContext name(final String name)
    {
        this.name = Setting.notNull("name", name);
        return this;
    }

    int mtu()
    {
        return mtu;
    }

    /** @param mtu IP MTU in bytes, 1…65535; default {@value #DEFAULT_MTU}. */
    public RingPortContext mtu(final int mtu)
    {
        this.mtu = Setting.inRange("mtu", mtu, 1, MAX_MTU);
        return this;
    }

    /**
     * @param capacity full-size frames each direction holds at least; more short ones fit. Default
     *                 {@value #DEFAULT_CAPACITY}.
     */
    public RingPortContext capacity(final int capacity)
    {
        this.capacity = Setting.atLeast("capacity", capacity, 1);
        return this;
    }

    long claimTimeoutNs()
    {
        return claimTimeoutNs;
    }

    /**
     * @param claimTimeoutNs how long a claim may hold up others, in nanoseconds; default two seconds. The engine looks
     *                       at it when it polls, which an idle engine does twice a second.
     */
    public RingPortContext claimTimeoutNs(final long claimTimeoutNs)
    {
        this.claimTimeoutNs = Setting.atLeast("claimTimeoutNs", claimTimeoutNs, 1);
        return this;
    }

    NanoClock clock()
    {
        return clock;
    }

    /** @param clock measures the claim timeout, and only while a claim holds up others. */
    public RingPortContext clock(final NanoClock clock)
    {
        this.clock = Setting.notNull("clock", clock);
        return this;
    }

    SlowReader slowReader()
    {
        return slowReader;
    }

    /**
     * @param slowReader what happens to a frame for the application while the application's ring is full; default
     *                   {@link SlowReader#DROP_NEWEST}.
     */
    public RingPortContext slowReader(final SlowReader slowReader)
    {
        this.slowReader = Setting.notNull("slowReader", slowReader);
        return this;
    }

    long blockNs()
    {
        return blockNs;
    }

    /**
     * @param blockNs with {@link SlowReader#BLOCK}, how long the engine's thread waits for the application for each
     *                batch of frames, in nanoseconds, 1…{@link #MAX_BLOCK_NS}; default a millisecond.
     */
    public RingPortContext blockNs(final long blockNs)
    {
        Setting.atLeast("blockNs", blockNs, 1);
        if (blockNs > MAX_BLOCK_NS)
        {
            throw new IllegalArgumentException(
                "blockNs=" + blockNs + " > " + MAX_BLOCK_NS + ": the engine's thread must not wait for so long");
        }
        this.blockNs = blockNs;
        return this;
    }

    GuardedErrorHandler errorHandler()
    {
        return errorHandler;
    }

    /**
     * @param errorHandler gets exceptions of the Runnables of {@link RingPort#onFrames} and {@link RingPort#onRoom}, on
     *                     the thread that runs them. Default null: they are printed to standard error.
     */
    public RingPortContext errorHandler(final @Nullable ErrorHandler errorHandler)
    {
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
        return this;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.fastpath;

import io.overlane.underlay.Underlay;
import org.jspecify.annotations.Nullable;

/**
 * Carries frames of known stations beside the engine: what it takes, the engine never receives, and what it is not sure
 * of, it leaves to the engine, unchanged. The engine has decided everything about a frame that the fast path takes: it
 * would deliver it, and would do nothing else.
 *
 * <p>The engine calls {@link #open} when it is launched, and everything else on the thread that writes the tables, or
 * after that thread has ended. Only if foreign code blocks that thread when the engine closes, it calls {@link #close}
 * on another thread. A method that throws ends the fast path: the engine closes it, its error handler gets
 * the exception, and from then on the engine carries all frames.
 */
public interface FastPath
{
    /**
     * Be ready for segments. No other method is called if this throws, so it releases everything before.
     *
     * @param underlay    of the engine, whose addresses and ports it uses, too; the engine sends and receives with it.
     * @param maxStations the largest number of stations at a time.
     * @param maxRemotes  one more than the largest number of a remote.
     * @param maxSegments the largest number of segments at a time.
     * @throws IllegalArgumentException with one line if it cannot work with this underlay, or not on this system.
     */
    void open(Underlay underlay, int maxStations, int maxRemotes, int maxSegments);

    /**
     * Carry frames of a segment from now on.
     *
     * @param segment whose VNI is not carried now; its port may be another one than before.
     * @return null if it carries them; else the reason why it cannot, in a few words, and the engine carries them.
     */
    @Nullable String begin(FastSegment segment);

    /**
     * Carry no more frames of some segments, for some time or for ever. They keep their stations, and what it needs at
     * their ports to {@link #begin} again. When this returns, it has carried the last frame; {@link #read} counts it.
     *
     * @param vnis of segments that are carried.
     */
    void end(int... vnis);

    /**
     * Let go of the port of a segment.
     *
     * @param vni of a segment that is not carried: it has ended, was refused, or has never begun.
     */
    void leave(int vni);

    /**
     * Put a station, or replace it. It may be left out if there is no room, but then no former entry of it may stay.
     *
     * @param station the same object in each call; valid during the call.
     */
    void put(FastStation station);

    /** Remove a station, if it is there. */
    void remove(int vni, long mac);

    /**
     * @return how long ago it last took a frame of the station, in milliseconds, or {@link Long#MAX_VALUE} if it does
     *         not have the station.
     */
    long idleMs(int vni, long mac);

    /** @return the number of stations that it has. */
    int stations();

    /** @return what it has and did, for people. */
    FastPathReport report();

    /** Count the frames that it took since the last call. */
    void read(FastTraffic traffic);

    /** Carry nothing more, and release everything. Called once after {@link #open}. */
    void close();
}

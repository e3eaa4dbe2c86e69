// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import io.overlane.fastpath.FastPath;
import io.overlane.fastpath.FastPathReport;
import io.overlane.fastpath.FastSegment;
import io.overlane.fastpath.FastStation;
import io.overlane.fastpath.FastTraffic;
import io.overlane.underlay.Underlay;

/** A real fast path, of which the test learns how many frames it carried. */
final class CountedFastPath implements FastPath
{
    private final FastPath real;
    private long frames;
    private int readings;

    CountedFastPath(final FastPath real)
    {
        this.real = real;
    }

    /** The frames that it carried, both ways. */
    long frames()
    {
        return frames;
    }

    /** How often the engine has read the counters. */
    int readings()
    {
        return readings;
    }

    @Override
    public void open(final Underlay underlay, final int maxStations, final int maxRemotes, final int maxSegments)
    {
        real.open(underlay, maxStations, maxRemotes, maxSegments);
    }

    @Override
    public String begin(final FastSegment segment)
    {
        return real.begin(segment);
    }

    @Override
    public void end(final int... vnis)
    {
        real.end(vnis);
    }

    @Override
    public void leave(final int vni)
    {
        real.leave(vni);
    }

    @Override
    public void put(final FastStation station)
    {
        real.put(station);
    }

    @Override
    public void remove(final int vni, final long mac)
    {
        real.remove(vni, mac);
    }

    @Override
    public long idleMs(final int vni, final long mac)
    {
        return real.idleMs(vni, mac);
    }

    @Override
    public int stations()
    {
        return real.stations();
    }

    @Override
    public FastPathReport report()
    {
        return real.report();
    }

    @Override
    public void read(final FastTraffic traffic)
    {
        readings++;
        real.read(new FastTraffic()
        {
            @Override
            public void ofSegment(
                final int vni,
                final long encapFrames,
                final long encapBytes,
                final long decapFrames,
                final long decapBytes)
            {
                frames += encapFrames + decapFrames;
                traffic.ofSegment(vni, encapFrames, encapBytes, decapFrames, decapBytes);
            }

            @Override
            public void ofRemote(
                final int remote,
                final long encapFrames,
                final long encapBytes,
                final long decapFrames,
                final long decapBytes)
            {
                traffic.ofRemote(remote, encapFrames, encapBytes, decapFrames, decapBytes);
            }

            @Override
            public void stopped(final int vni, final String whyNot)
            {
                traffic.stopped(vni, whyNot);
            }
        });
    }

    @Override
    public void close()
    {
        real.close();
    }
}

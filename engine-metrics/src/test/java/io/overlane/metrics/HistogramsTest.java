// SPDX-License-Identifier: Apache-2.0
package io.overlane.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.MacAddress;
import io.overlane.policy.SegmentContext;
import io.overlane.status.Distribution;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Distributions as HdrHistograms. */
class HistogramsTest
{
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:0a");

    @Test
    void shouldKeepCountsAndPercentiles()
    {
        try (EngineHarness harness = EngineHarness.create())
        {
            harness.context().batchLimit(1024);
            harness.launch(new SegmentContext(7).fdb(M, EngineHarness.A));
            for (int size = 1; size <= 300; size++)
            {
                for (int i = 0; i < size; i++)
                {
                    harness.port().put(FrameSpec.ipv4Udp().destinationMac(M.value()).bytes());
                }
                harness.run();
                harness.sentTo(EngineHarness.A);
            }
            final Histogram histogram = Histograms.hdr(harness.engine().snapshot().encap().batchSizes());
            assertEquals(300, histogram.getTotalCount());
            assertEquals(1, histogram.getMinValue());
            assertEquals(60, histogram.getValueAtPercentile(20));
            assertEquals(300, histogram.getMaxValue(), 3.0);
            assertEquals(150.5, histogram.getMean(), 1);
        }
    }

    @Test
    void shouldBeEmptyWithoutValues()
    {
        assertEquals(0, Histograms.hdr(Distribution.EMPTY).getTotalCount());
    }
}

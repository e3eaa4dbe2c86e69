package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.segment.SegmentContext;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** What each further device costs an engine: counts of bytes and threads, which no load of the machine changes. */
final class ManyDevicesScenarios extends Scenario
{
    private static final int DEVICES = 64;
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");

    ManyDevicesScenarios() throws IOException
    {
    }

    void shouldNeedNoMemoryForFramesOfEachDevice() throws Exception
    {
        final long one = directMemory(1);
        final long all = directMemory(DEVICES);
        final long each = (all - one) / (DEVICES - 1);
        assertTrue(each < 32 * 1024, "each further device takes " + each + " bytes of direct memory");
        assertEquals(List.of(), errors);
    }

    /** Taken by an engine with so many devices. */
    private long directMemory(final int devices) throws IOException
    {
        final long before = directMemory();
        final List<SegmentContext> segments = new ArrayList<>();
        for (int vni = 1; vni <= devices; vni++)
        {
            segments.add(new SegmentContext(vni).port(
                port(create(new TunOptions(TunKind.TAP, "vx" + vni).offload(TunOffload.ALL)))));
        }
        final EngineContext context = new EngineContext()
            .threadingMode(ThreadingMode.SPLIT)
            .underlay(new LibcUnderlay(new UdpOptions(LOOPBACK, 0), errors::add))
            .threadFactory(new DataPathThread())
            .errorHandler(errors::add);
        segments.forEach(context::segment);
        try (OverlayEngine engine = OverlayEngine.launch(context))
        {
            assertEquals(devices, engine.segments().all().size());
            return directMemory() - before;
        }
    }

    private static long directMemory()
    {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> "direct".equals(pool.getName()))
            .mapToLong(BufferPoolMXBean::getTotalCapacity)
            .sum();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.memory.MemoryBuffer;
import io.overlane.pcap.Direction;
import io.overlane.pcap.LinkType;
import io.overlane.pcap.PacketOptions;
import io.overlane.pcap.PcapngWriter;
import io.overlane.policy.SegmentContext;
import io.overlane.replay.ReplayResult;
import io.overlane.testdata.FrameSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Tests with {@link ReplayCapture}, run by JUnit's own engine. */
class ReplayExtensionTest
{
    private static final String RECORDED = "target/recorded.pcapng";

    /** The tests of a user. */
    static class Cases
    {
        @ReplayCapture("/captures/vxlan.pcap")
        void resource(final ReplayResult result)
        {
            assertTrue(result.delivered() > 0);
            assertEquals(result.delivered(), result.frames().size());
        }

        @ReplayCapture(value = "/captures/vxlan.pcap", udpPorts = 1)
        void otherPorts(final ReplayResult result)
        {
            assertEquals(result.packets().size(), result.verdicts().get("dropped no-socket"));
        }

        @ReplayCapture(value = RECORDED, context = "flooding", golden = true)
        void golden(final ReplayResult result)
        {
            assertEquals(1, result.datagrams().size());
        }

        @ReplayCapture(value = RECORDED, golden = true)
        void differs()
        {
        }

        @ReplayCapture(value = "/captures/vxlan.pcap", golden = true)
        void hasNoVerdicts()
        {
        }

        @ReplayCapture("nowhere.pcap")
        void isMissing(final ReplayResult result)
        {
        }

        @ReplayCapture(value = RECORDED, context = "nothing")
        void hasNoContext(final ReplayResult result)
        {
        }

        @ReplayCapture("target/test-classes")
        void isNoFile(final ReplayResult result)
        {
        }

        EngineContext flooding()
        {
            return new EngineContext().segment(new SegmentContext(42).flood(Vtep.parse("192.0.2.2:4789", 0)));
        }
    }

    @BeforeAll
    static void record() throws IOException
    {
        try (PcapngWriter writer = PcapngWriter.create(Path.of(RECORDED), "Overlane"))
        {
            writer.addInterface("tap0", "port", LinkType.ETHERNET, 128);
            final byte[] frame = FrameSpec.icmpEchoRequest().bytes();
            writer.write(0, 1, new MemoryBuffer(frame), 0, frame.length, frame.length,
                new PacketOptions().direction(Direction.IN).comment("vni=42 remote=192.0.2.2 verdict=delivered"));
        }
    }

    @Test
    void shouldReplayTheCaptureOfEachTest()
    {
        final Map<String, String> results = new TreeMap<>();
        final LauncherDiscoveryRequest request =
            LauncherDiscoveryRequestBuilder.request().selectors(selectClass(Cases.class)).build();
        LauncherFactory.create().execute(request, new TestExecutionListener()
        {
            @Override
            public void executionFinished(final TestIdentifier test, final TestExecutionResult result)
            {
                if (test.isTest())
                {
                    results.put(
                        test.getDisplayName().replaceAll("\\(.*", ""),
                        result.getThrowable().map(Throwable::getMessage).orElse("passed"));
                }
            }
        });
        assertEquals("passed", results.get("resource"));
        assertEquals("passed", results.get("otherPorts"));
        assertEquals("passed", results.get("golden"));
        assertEquals(RECORDED + ": 1 of 1 packets have another verdict than recorded\n" +
            "  record 1, 0.000000 s, VNI 42, vni-42: recorded delivered, replayed dropped no-destination",
            results.get("differs"));
        assertEquals("/captures/vxlan.pcap has no verdicts to compare with; use a capture that an engine wrote",
            results.get("hasNoVerdicts"));
        assertTrue(results.get("isMissing").contains("capture nowhere.pcap is neither a resource beside "),
            results.get("isMissing"));
        assertTrue(results.get("hasNoContext").contains("Cases has no method nothing()"), results.get("hasNoContext"));
        assertTrue(results.get("isNoFile").contains("target/test-classes: "), results.get("isNoFile"));
        assertEquals(8, results.size());
    }
}

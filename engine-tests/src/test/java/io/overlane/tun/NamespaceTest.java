package io.overlane.tun;

import io.overlane.testkit.InNamespace;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Devices, ports and the underlay where they need a network namespace. */
class NamespaceTest
{
    @TestFactory
    Stream<DynamicTest> devices() throws Exception
    {
        // A small heap and this collector: the scenario that collects all the time takes seconds, not a minute.
        return InNamespace.tests(
            TunDeviceScenarios.class, "env", "JAVA_TOOL_OPTIONS=-XX:+UseSerialGC -Xmx128m");
    }

    @TestFactory
    Stream<DynamicTest> ports() throws Exception
    {
        return InNamespace.tests(TunPortScenarios.class);
    }

    @TestFactory
    Stream<DynamicTest> refusedSuperFrames() throws Exception
    {
        return InNamespace.tests(RefusedSuperFrameScenarios.class);
    }

    @TestFactory
    Stream<DynamicTest> joinedFrames() throws Exception
    {
        return InNamespace.tests(JoinedFrameScenarios.class, InNamespace.WITH_IPV6);
    }

    @TestFactory
    Stream<DynamicTest> oneThread() throws Exception
    {
        return InNamespace.tests(OneThreadScenarios.class);
    }

    @TestFactory
    Stream<DynamicTest> segments() throws Exception
    {
        return InNamespace.tests(SegmentScenarios.class);
    }

    @TestFactory
    Stream<DynamicTest> failedLaunches() throws Exception
    {
        // So that a large table is too much for it, on any machine.
        return InNamespace.tests(LaunchFailureScenarios.class, "env", "JAVA_TOOL_OPTIONS=-Xmx128m");
    }

    @TestFactory
    Stream<DynamicTest> manyDevices() throws Exception
    {
        return InNamespace.tests(ManyDevicesScenarios.class);
    }

    @TestFactory
    Stream<DynamicTest> queues() throws Exception
    {
        return InNamespace.tests(QueueScenarios.class);
    }

    @TestFactory
    Stream<DynamicTest> outerHeaders() throws Exception
    {
        return InNamespace.tests(OuterHeaderScenarios.class, InNamespace.WITH_IPV6);
    }

    @TestFactory
    Stream<DynamicTest> sourceFilters() throws Exception
    {
        return InNamespace.tests(SourceFilterScenarios.class, InNamespace.WITH_IPV6);
    }

    @TestFactory
    Stream<DynamicTest> refusals() throws Exception
    {
        return InNamespace.tests(RefusalScenarios.class, InNamespace.WITH_IPV6);
    }

    @TestFactory
    Stream<DynamicTest> kernelPackets() throws Exception
    {
        return InNamespace.tests(KernelPacketScenarios.class, InNamespace.WITH_IPV6);
    }

    @TestFactory
    Stream<DynamicTest> segmentation() throws Exception
    {
        return InNamespace.tests(KernelSegmentationScenarios.class);
    }

    @TestFactory
    Stream<DynamicTest> withoutCapability() throws Exception
    {
        return InNamespace.tests(
            WithoutCapabilityScenarios.class, "setpriv", "--inh-caps=-net_admin", "--bounding-set=-net_admin");
    }
}

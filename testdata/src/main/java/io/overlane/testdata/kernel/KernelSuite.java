// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata.kernel;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The tests that compare the engine with the recordings, and the cases of each test. */
public enum KernelSuite
{
    /** Outer packets are received, inner frames delivered. */
    RECEIVE("engine-tests/src/test/java/io/overlane/replay/KernelConformanceTest.java", kernel ->
        kernel.section().equals("rx") && !isDown(kernel) || kernel.section().equals("ecn-decap") ||
        kernel.section().equals("v6") && kernel.lines().containsKey("packets") && kernel.all("sent").isEmpty()),

    /** The FDB learns source addresses, one case after the other. */
    LEARN("engine-tests/src/test/java/io/overlane/kernel/KernelLearningTest.java", kernel ->
        kernel.section().equals("learn") || kernel.section().equals("ageing")),

    /** Frames are sent; the engine passes them to its underlay or answers them. */
    TRANSMIT("engine-tests/src/test/java/io/overlane/kernel/KernelTransmitTest.java", kernel ->
        !kernel.all("sent").isEmpty()),

    /** The same with packets of real sockets, and their source ports. */
    PACKETS("engine-tests/src/test/java/io/overlane/tun/KernelPacketIT.java", kernel ->
        !kernel.all("sent").isEmpty() || kernel.section().equals("tx")),

    /** Operations on the FDB, one after the other. */
    FDB("engine-tests/src/test/java/io/overlane/kernel/KernelFdbTest.java", kernel ->
        kernel.section().equals("fdb")),

    /** Settings that are accepted, and settings that are refused. */
    DEVICE("engine-tests/src/test/java/io/overlane/kernel/KernelDeviceTest.java", kernel ->
        kernel.section().equals("device") && kernel.lines().containsKey("do")),

    /** Ports that get frames from a remote. */
    BRIDGE("engine-tests/src/test/java/io/overlane/kernel/KernelBridgeTest.java", kernel ->
        kernel.section().equals("bridge")),

    /**
     * The same operations on the kernel's device and on a running bridge, with {@code bridge fdb} and {@code ctl fdb}.
     */
    LIVE("engine-examples/src/test/java/io/overlane/examples/KernelCasesIT.java", kernel ->
        kernel.section().equals("fdb") || isDown(kernel)),

    /** The MTU of a port. */
    MTU("engine-cli/src/test/java/io/overlane/cli/bridge/plan/KernelMtuTest.java", kernel ->
        kernel.name().contains("MTU"));

    /** Cases that no test compares, with the reason. */
    public static final Map<String, String> LEFT_OUT = Map.of(
        "gbp on shared port: sockets",
        "the table of the kernel's sockets after the case before it, which is compared: an engine has one socket of " +
        "a port by the way it is made");

    private final String file;
    private final Predicate<KernelCase> cases;

    KernelSuite(final String file, final Predicate<KernelCase> cases)
    {
        this.file = file;
        this.cases = cases;
    }

    /** @return the test's source file, relative to the project's folder. */
    public String file()
    {
        return file;
    }

    /** @return true if it is one of this test's cases. */
    public boolean has(final KernelCase kernel)
    {
        return cases.test(kernel);
    }

    /** @return the cases, in the order of the recordings. */
    public List<KernelCase> cases()
    {
        return KernelCases.all().stream().filter(cases).toList();
    }

    private static boolean isDown(final KernelCase kernel)
    {
        return kernel.section().equals("rx") && kernel.all("before").contains("link down");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.Vtep;
import io.overlane.control.TableResult;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelComparison;
import io.overlane.testdata.kernel.KernelSuite;
import io.overlane.testkit.SteppedClock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Operations on the FDB, one after the other, end as with Linux, and leave the same entries. */
class KernelFdbTest
{
    @TestFactory
    Stream<DynamicTest> shouldOperateOnTheFdbAsLinuxDoes()
    {
        final List<KernelCase> cases = KernelSuite.FDB.cases();
        final List<DynamicTest> tests;
        try (DeviceTwin twin = new DeviceTwin(
            cases.get(0), new WireUnderlay(Vtep.parse("10.99.0.1:4789", 0)), new SteppedClock()))
        {
            tests = cases.stream().map(kernel ->
            {
                final TableResult result = twin.operate(kernel.one("do"));
                final Map<String, String> engine = outcome(result, twin.fdb());
                final Map<String, String> linux = outcome(KernelWords.result(kernel), kernel.all("fdb"));
                return DynamicTest.dynamicTest(kernel.toString(), () -> assertEquals(
                    List.of(), KernelComparison.problems(kernel, linux, engine, Set.of())));
            }).toList();
        }
        return tests.stream();
    }

    private static Map<String, String> outcome(final TableResult result, final List<String> fdb)
    {
        return Map.of("result", result.name(), "FDB", String.join("; ", fdb.stream().sorted().toList()));
    }
}

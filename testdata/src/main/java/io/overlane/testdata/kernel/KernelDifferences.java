package io.overlane.testdata.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Every place where the engine, by default and under its profile {@code linux}, means to do other than Linux. A
 * comparison fails for a difference that is not here, and for one here that is none.
 */
public final class KernelDifferences
{
    private static final String FATE = KernelComparison.FATE;
    private static final List<KernelDifference> ALL = List.copyOf(list());

    private KernelDifferences()
    {
    }

    /** @return all of them. */
    public static List<KernelDifference> all()
    {
        return ALL;
    }

    /**
     * @param kernel a case.
     * @return those it has.
     */
    public static List<KernelDifference> of(final KernelCase kernel)
    {
        return ALL.stream().filter(difference -> difference.isOf(kernel)).toList();
    }

    private static List<KernelDifference> list()
    {
        final List<KernelDifference> all = new ArrayList<>();
        congestionMarks(all);
        learning(all);
        sending(all);
        flows(all);
        sizes(all);
        neighbours(all);
        devices(all);
        return all;
    }

    private static void congestionMarks(final List<KernelDifference> all)
    {
        final String reason = "RFC 6040 has no exception for tagged frames; EcnPolicy.UNTAGGED does as Linux";
        final Predicate<KernelCase> incapable = named(
            "ecn decap inner VLAN-tagged v4 NotECT outer CE", "ecn decap VLAN-tagged inner NotECT outer CE");
        all.add(new KernelDifference(34, FATE, "delivered", "dropped: ecn-not-capable", reason, incapable));
        all.add(new KernelDifference(34, "inner frame",
            "02111111111102222222222281000007" + "08004500002b123400004011dd3a" + TAGGED_REST, "none", reason,
            named("ecn decap inner VLAN-tagged v4 NotECT outer CE")));
        all.add(new KernelDifference(34, "inner frame",
            "02111111111102222222222281000004" + "08004500002b123400004011dd3a" + TAGGED_REST, "none", reason,
            named("ecn decap VLAN-tagged inner NotECT outer CE")));
        all.add(new KernelDifference(34, "inner frame",
            "02111111111102222222222281000004" + "08004502002b123400004011dd38" + TAGGED_REST,
            "02111111111102222222222281000004" + "08004503002b123400004011dd37" + TAGGED_REST, reason,
            named("ecn decap VLAN-tagged inner ECT0 outer CE")));
    }

    private static final String TAGGED_REST =
        "c0a80501c0a80502000100020017000065636e65636e65636e65636e65636e";

    private static void learning(final List<KernelDifference> all)
    {
    }

    private static void sending(final List<KernelDifference> all)
    {
        all.add(new KernelDifference(59, "DF", "0", "1",
            "RFC 7348 §4.3: a VTEP must not fragment; 'df unset' clears the bit for routers on the way",
            kernel -> kernel.lines().containsKey("packets") && !kernel.all("sent").isEmpty() && !kernel.has("df") &&
                !kernel.option("local").contains(":")));
    }

    private static void flows(final List<KernelDifference> all)
    {
    }

    private static void sizes(final List<KernelDifference> all)
    {
    }

    private static void neighbours(final List<KernelDifference> all)
    {
    }

    private static void devices(final List<KernelDifference> all)
    {
    }

    private static Predicate<KernelCase> named(final String... names)
    {
        final Set<String> set = Set.of(names);
        return kernel -> set.contains(kernel.name());
    }
}

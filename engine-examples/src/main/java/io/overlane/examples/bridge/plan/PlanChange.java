package io.overlane.examples.bridge.plan;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * What becomes of a running plan when another is wanted in its place.
 *
 * @param plan the wanted one, but for what cannot change while it runs.
 * @param kept one line for each setting that was to change and did not.
 */
public record PlanChange(BridgePlan plan, List<String> kept)
{
    /** The tables of the engine and of the host; everything else is built into device, socket or threads. */
    private static final Set<String> CHANGEABLE = Set.of("addresses", "peers", "fdb", "flood", "neighbors");

    /**
     * @param running plan.
     * @param wanted  plan for the same segment.
     * @return what can be done.
     */
    public static PlanChange of(final BridgePlan running, final BridgePlan wanted)
    {
        final RecordComponent[] components = BridgePlan.class.getRecordComponents();
        final Object[] values = new Object[components.length];
        final Class<?>[] types = new Class<?>[components.length];
        final List<String> kept = new ArrayList<>();
        try
        {
            for (int i = 0; i < components.length; i++)
            {
                final Object before = components[i].getAccessor().invoke(running);
                final Object after = components[i].getAccessor().invoke(wanted);
                final boolean isChangeable = CHANGEABLE.contains(components[i].getName());
                types[i] = components[i].getType();
                values[i] = isChangeable ? after : before;
                if (!isChangeable && !Objects.equals(before, after))
                {
                    kept.add(key(components[i]) + " of " + running.device() + " stays " + before + ", not " + after +
                        ", until the bridge is started anew");
                }
            }
            return new PlanChange(BridgePlan.class.getDeclaredConstructor(types).newInstance(values), kept);
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new AssertionError("a record can be read and made", ex);
        }
    }

    private static String key(final RecordComponent component)
    {
        return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}

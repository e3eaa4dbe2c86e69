// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.http.HttpFailure;
import io.overlane.flannel.kube.KubeNodes.Node;
import io.overlane.flannel.lease.Backoff;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.RegistryException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this node's object as the network needs it: its annotations say what the node publishes, whoever changes them,
 * and its condition says that the network is there. Any thread may use it.
 */
final class OwnNode
{
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final KubeNodes nodes;
    private final NodeAnnotations annotations;
    private final Consumer<String> notices;
    private final LongSupplier nanoClock;

    /** Between corrections of annotations that another program changes again and again. */
    private final Backoff repairs = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private long nextRepairNs;

    private final Backoff conditions = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private boolean conditionIsDue;
    private long nextConditionNs;

    private @Nullable LeaseAttributes wanted;
    private @Nullable Node seen;
    private String problem = "";

    OwnNode(
        final KubeNodes nodes,
        final NodeAnnotations annotations,
        final Consumer<String> notices,
        final LongSupplier nanoClock)
    {
        this.nodes = nodes;
        this.annotations = annotations;
        this.notices = notices;
        this.nanoClock = nanoClock;
        this.nextRepairNs = nanoClock.getAsLong();
    }

    /**
     * Publish attributes now, and from now on whenever another program changes them.
     *
     * @param own the node as it was read just now.
     * @return the node afterwards.
     * @throws IllegalArgumentException if a user's wish in an annotation cannot be granted; one line.
     */
    synchronized Node publish(final Node own, final LeaseAttributes attributes)
    {
        final Map<String, String> missing = annotations.write(attributes, own.annotations());
        seen = missing.isEmpty() ? own : nodes.annotate(missing);
        wanted = attributes;
        return seen;
    }

    /** @return what is published; null before the first call of {@link #publish}. */
    synchronized @Nullable LeaseAttributes published()
    {
        return wanted;
    }

    /** The node was read just now: correct its annotations. */
    synchronized void take(final Node own)
    {
        seen = own;
        repair();
    }

    /** A watch reports a state of the node, perhaps from before the last write: correct its annotations. */
    synchronized void follow(final Node own)
    {
        if (seen == null || !seen.uid().equals(own.uid()) || own.revision() >= seen.revision())
        {
            take(own);
        }
    }

    /** The node is gone; until it is back there is nothing to correct. */
    synchronized void gone()
    {
        seen = null;
    }

    /** Repeat what failed or had to wait; called every few seconds. */
    synchronized void attend()
    {
        repair();
        if (conditionIsDue && nanoClock.getAsLong() - nextConditionNs >= 0)
        {
            setCondition();
        }
    }

    private void repair()
    {
        if (wanted == null || seen == null || nanoClock.getAsLong() - nextRepairNs < 0)
        {
            return;
        }
        final Map<String, String> before = seen.annotations();
        try
        {
            final Map<String, String> missing = annotations.write(wanted, before);
            if (missing.isEmpty())
            {
                problem = "";
                calm();
                return;
            }
            // Set before the call: a failure must not be repeated at once either.
            nextRepairNs = nanoClock.getAsLong() + repairs.next().toNanos();
            seen = nodes.annotate(missing);
            problem = "";
            missing.forEach((name, value) -> notices.accept("node " + nodes.ownName() + ": wrote annotation " + name +
                "=" + value + ", which was " +
                (before.containsKey(name) ? HttpFailure.oneLine(before.get(name)) : "missing")));
        }
        catch (final IllegalArgumentException ex)
        {
            say("node " + nodes.ownName() + ": " + HttpFailure.oneLine(String.valueOf(ex.getMessage())) +
                "; nothing else is published");
        }
        catch (final RegistryException ex)
        {
            say("annotations are not corrected: " + ex.getMessage());
        }
    }

    /** Long after the last correction, the next one is made at once again. */
    private void calm()
    {
        if (nanoClock.getAsLong() - nextRepairNs > LONGEST_PAUSE.toNanos())
        {
            repairs.reset();
        }
    }

    private void say(final String text)
    {
        if (!text.equals(problem))
        {
            problem = text;
            notices.accept(text);
        }
    }

    /** Set the condition that the node's network is there; repeated until it succeeds. */
    synchronized void available()
    {
        conditionIsDue = true;
        setCondition();
    }

    private void setCondition()
    {
        try
        {
            nodes.setNetworkAvailable();
            conditionIsDue = false;
            conditions.reset();
        }
        catch (final RegistryException ex)
        {
            final Duration pause = conditions.next();
            nextConditionNs = nanoClock.getAsLong() + pause.toNanos();
            notices.accept(ex.getMessage() + "; trying again in " + pause.toSeconds() + " s");
        }
    }
}

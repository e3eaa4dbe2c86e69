// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.policy.DropWhen;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.policy.VlanPolicy;

/** The rules of a segment, as far as the model knows them. Ages are in nanoseconds; 0: never. */
record Rules(
    boolean learning,
    boolean proxy,
    boolean knownSourcesOnly,
    long reservedBits,
    VlanPolicy encapVlan,
    VlanPolicy decapVlan,
    boolean dropBadSource,
    boolean dropStaticViolation,
    long ageNs)
{
    /** Read a policy; {@code engineAgeNs} is the age where the policy has none of its own. */
    static Rules of(final SegmentPolicy policy, final long engineAgeNs)
    {
        require(policy.sourcePolicy() == SourcePolicy.ANY || policy.sourcePolicy() == SourcePolicy.KNOWN,
            "sourcePolicy=" + policy.sourcePolicy());
        require(policy.maxLearned() == 0, "maxLearned=" + policy.maxLearned());
        require(!policy.floodBudget().isLimited(), "a limited floodBudget");
        require(policy.groups().isEmpty(), "groups=" + policy.groups());
        return new Rules(
            policy.learning(),
            policy.proxy(),
            policy.sourcePolicy() == SourcePolicy.KNOWN,
            policy.reservedBits(),
            policy.encapVlan(),
            policy.decapVlan(),
            applies(policy.dropBadSource(), policy.learning()),
            applies(policy.dropStaticViolation(), policy.learning()),
            policy.fdbAgeNs() == SegmentPolicy.ENGINE_AGE ? engineAgeNs : policy.fdbAgeNs());
    }

    private static void require(final boolean isKnown, final String setting)
    {
        if (!isKnown)
        {
            throw new IllegalArgumentException(
                "the model of the fabric does not know " + setting + "; simulate a policy without it");
        }
    }

    private static boolean applies(final DropWhen when, final boolean learning)
    {
        return when == DropWhen.ALWAYS || when == DropWhen.IF_LEARNING && learning;
    }
}

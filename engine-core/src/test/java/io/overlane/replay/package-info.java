/** Tests of the replayed network, with frames of our own and, where they are at hand, with captures of others. */
package io.overlane.replay;

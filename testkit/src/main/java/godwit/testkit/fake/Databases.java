package godwit.testkit.fake;

import godwit.move.Side;

/** The two fake databases of a move. */
public record Databases(FakeDatabase source, FakeDatabase target) {
    public FakeDatabase on(Side side) {
        return side == Side.SOURCE ? source : target;
    }
}

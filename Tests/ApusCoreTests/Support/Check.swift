import Testing

/// `#expect` for conditions that change what they look at, which the macro does not take.
func check(_ isTrue: Bool, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(isTrue, comment, sourceLocation: sourceLocation)
}

"""The names of the system's properties: by format identifier, the number and the name without "System.".

Source: Microsoft, "Windows Properties", "PSGetPropertyKeyFromName function".
"""

from __future__ import annotations

import functools
import uuid

__all__ = ["key_of", "name_of"]

_TABLE = """
00bc20a3-bd48-4085-872c-a88d77f5097e 105=Music.ComposerSortOverride
00f58a38-c54b-4c40-8696-97235980eae1 100=Calendar.Resources
00f63dd8-22bd-4a5d-ba34-5cb0b9bdcb03 101=Contact.JobInfo1YomiCompanyName 102=Contact.JobInfo1CompanyName
    103=Contact.JobInfo1Title 104=Contact.JobInfo1OfficeLocation 105=Contact.JobInfo1Manager
    106=Contact.JobInfo1Department 107=Contact.JobInfo2YomiCompanyName 108=Contact.JobInfo2CompanyName
    109=Contact.JobInfo2Title 110=Contact.JobInfo2OfficeLocation 112=Contact.JobInfo2Manager
    113=Contact.JobInfo2Department 114=Contact.JobInfo3YomiCompanyName 115=Contact.JobInfo3CompanyName
    116=Contact.JobInfo3Title 117=Contact.JobInfo3OfficeLocation 118=Contact.JobInfo3Manager
    119=Contact.JobInfo3Department 120=Contact.JobInfo1CompanyAddress 121=Contact.JobInfo2CompanyAddress
    123=Contact.JobInfo3CompanyAddress 124=Contact.Webpage2 125=Contact.Webpage3
03089873-8ee8-4191-bd60-d31f72b7900b 100=Contact.DisplayOtherPhoneNumbers
08a65aa1-f4c9-43dd-9ddf-a33d8e7ead85 100=Contact.HomeAddressCountry
09429607-582d-437f-84c3-de93a2b24c3c 100=Calendar.OptionalAttendeeNames
09edd5b6-b301-43c5-9990-d00302effd46 100=Media.AverageLevel
0adef160-db3f-4308-9a21-06237b16fa2a 100=Contact.HomeAddressStreet
0b8bb018-2725-4b44-92ba-7933aeb2dde7 2=Contact.AccountPictureDynamicVideo 3=Contact.AccountPictureLarge
    4=Contact.AccountPictureSmall
0ba7d6c3-568d-4159-ab91-781a91fb71e5 100=Calendar.RequiredAttendeeAddresses
0be1c8e7-1981-4676-ae14-fdd78f05a6e7 100=Message.SenderAddress
0cef7d53-fa64-11d1-a203-0000f81fedee 3=FileDescription 4=FileVersion
0da41cfa-d224-4a18-ae2f-596158db4b3a 100=Message.SenderName
11d6336b-38c4-4ec9-84d6-eb38d0b150af 100=Contact.OtherEmailAddresses
13eb7ffc-ec89-4346-b19d-ccc6f1784223 101=Music.AlbumTitleSortOverride
14977844-6b49-4aad-a714-a4513bf60460 100=Contact.FirstName
149c0b69-2c2d-48fc-808f-d318d78c4636 2=Volume.IsMappedDrive
14b81da1-0135-4d31-96d9-6cbfc9671a99 18258=DateImported
176dc63c-2688-4e89-8143-a347800f25e9 6=Contact.JobTitle 7=Contact.OfficeLocation 20=Contact.HomeTelephone
    25=Contact.PrimaryTelephone 35=Contact.MobileTelephone 47=Contact.Birthday
    48=Contact.PrimaryEmailAddress 65=Contact.HomeAddressCity 69=Contact.PersonalTitle 71=Contact.MiddleName
    73=Contact.Suffix 74=Contact.NickName 75=Contact.Prefix
188c1f91-3c40-4132-9ec5-d8b03b72a8a2 100=Calendar.ResponseStatus
18bbd425-ecfd-46ef-b612-7b4a6034eda0 100=Contact.PrimaryAddressPostalCode
1a9ba605-8e7c-4d11-ad7d-a50ada18ba1b 2=Message.Participants
1e3ee840-bc2b-476c-8237-2acd1a839b22 6=FullText
1e81a3f8-a30f-4247-b9ee-1d0368a9425c 2=DataObjectFormat
1f856a9f-6900-4aba-9505-2d5f1b4d66cb 100=Message.ToDoFlags
2425166f-5642-4864-992f-98fd98f294c3 100=IdentityProvider.Picture
2579e5d0-1116-4084-bd9a-9b4f7cb4df5e 100=Audio.PeakValue
28636aa6-953d-11d2-b5d6-00c04fd918d0 0=FindData 5=ComputerName 12=FileCount 29=ContainedItems
293ca35a-09aa-4dd2-b180-1fe245728a52 100=Calendar.Duration
2b1b801e-c0c1-4987-9ec5-72fa89814787 100=Identity.PrimarySid
2cbaa8f5-d81f-47ca-b17a-f8d822300131 100=DateAcquired
2e4b640d-5019-46d8-8881-55414cc5caa0 100=Media.DateEncoded
3143bf7c-80a8-4854-8880-e2e40189bdd0 100=Message.AttachmentContents
315b9c8d-80a9-4ef9-ae16-8e746da51d70 100=Calendar.IsRecurring
364028da-d895-41fe-a584-302b1bb70a76 100=Contact.DisplayBusinessPhoneNumbers
38965063-edc8-4268-8491-b7723172cf29 100=Contact.EmailAddress2
39b77f4f-a104-4863-b395-2db2ad8f7bc1 100=Contact.ConnectedServiceDisplayName
3c8cee58-d4f0-4cf9-b756-4e5d24447bcd 100=Contact.Gender 101=Contact.GenderValue
3f8472b5-e0af-4db2-8071-c53fe76ae7ce 100=DueDate
402b5934-ec5a-48c3-93e6-85e86a2d934e 100=Contact.BusinessAddressCity
41cf5ae0-f75a-4806-bd87-59c7d9248eb9 100=FileName
428040ac-a177-4c8a-9760-f6f761227f9a 100=Communication.DateItemExpires
43f8d7b7-a444-4f87-9383-52271c9b915c 100=DateArchived
446f787f-10c4-41cb-a6c4-4d0343551597 100=Contact.BusinessAddressState
45eae747-8e2a-40ae-8cbf-ca52aba6152a 100=FlagColorText
502cfeab-47eb-459c-b960-e6d8728f7701 102=AppZoneIdentifier
5068bcdf-d697-4d85-8c53-1f1cdab01763 100=Contact.DisplayHomePhoneNumbers
508161fa-313b-43d5-83a1-c1accf68622c 100=Contact.OtherAddress
53da57cf-62c0-45c4-81de-7610bcefd7f5 100=Calendar.ShowTimeAsText
56310920-2491-4919-99ce-eadb06fafdb2 100=Contact.BusinessHomePage
56a3372e-ce9c-11d2-9f0e-006097c686f6 2=Music.Artist 4=Music.AlbumTitle 5=Media.Year 7=Music.TrackNumber
    11=Music.Genre 12=Music.Lyrics 13=Music.AlbumArtist 33=Music.ContentGroupDescription 34=Music.InitialKey
    35=Music.BeatsPerMinute 36=Music.Conductor 37=Music.PartOfSet 38=Media.SubTitle 39=Music.Mood
    100=Music.AlbumID
56c90e9d-9d46-4963-886f-2e1cd9a694ef 100=Contact.HomeEmailAddresses
5bf396d4-5eb2-466f-bde9-2fb3f2361d6e 100=Calendar.ShowTimeAs
5d76b67f-9b3d-44bb-b6ae-25da4f638a67 10=DefaultSaveLocationDisplay
5dc2253f-5e11-4adf-9cfe-910dd01e3e70 100=Contact.Hobbies
635e9051-50a5-4ba2-b9db-4ed056c77296 100=Contact.FullName
63c25b20-96be-488f-8788-c09c407ad812 100=Contact.PrimaryAddressStreet
6444048f-4c8b-11d1-8b70-080036b11a03 12=Media.FrameCount
64440490-4c8b-11d1-8b70-080036b11a03 3=Media.Duration 4=Audio.EncodingBitrate
64440490-4c8b-11d1-8b80-080036b11a03 2=Audio.Format 5=Audio.SampleRate 6=Audio.SampleSize
    7=Audio.ChannelCount 8=Audio.StreamNumber 9=Audio.StreamName 10=Audio.Compression
64440491-4c8b-11d1-8b70-080036b11a03 2=Video.StreamName 3=Video.FrameWidth 4=Video.FrameHeight
    6=Video.FrameRate 8=Video.EncodingBitrate 9=Video.SampleSize 10=Video.Compression 11=Video.StreamNumber
    42=Video.HorizontalAspectRatio 43=Video.TotalBitrate 44=Video.FourCC 45=Video.VerticalAspectRatio
    46=Video.TranscodedForSync 98=Video.IsStereo 99=Video.Orientation 100=Video.IsSpherical
64440492-4c8b-11d1-8b70-080036b11a03 9=Rating 11=Copyright 13=Media.ClassPrimaryID 14=Media.ClassSecondaryID
    15=Media.DVDID 16=Media.MCDI 17=Media.MetadataContentProvider 18=Media.ContentDistributor
    19=Music.Composer 20=Video.Director 21=ParentalRating 22=Media.Producer 23=Media.Writer
    24=Media.CollectionGroupID 25=Media.CollectionID 26=Media.ContentID 27=Media.CreatorApplication
    28=Media.CreatorApplicationVersion 30=Media.Publisher 31=Music.Period 32=Media.AuthorUrl
    33=Media.PromotionUrl 34=Media.UserWebUrl 35=Media.UniqueFileIdentifier 36=Media.EncodedBy
    37=Media.EncodingSettings 38=Media.ProtectionType 39=Media.ProviderRating 40=Media.ProviderStyle
    41=Media.UserNoAutoInfo 42=Media.SeriesName 47=Media.ThumbnailLargePath 48=Media.ThumbnailLargeUri
    49=Media.ThumbnailSmallPath 50=Media.ThumbnailSmallUri 100=Media.EpisodeNumber 101=Media.SeasonNumber
644d37b4-e1b3-4bad-b099-7e7c04966aca 100=Contact.EmailAddress3
65a98875-3c80-40ab-abbc-efdaf77dbee2 100=AcquisitionID
660e04d6-81ab-4977-a09f-82313113ab26 100=Contact.HomeFaxNumber
67df94de-0ca7-4d6f-b792-053a3e4f03cf 100=FlagColor
6a15e5a0-0a1e-4cd7-bb8c-d2f1b0c929bc 100=Contact.BusinessTelephone
6afe7437-9bcd-49c7-80fe-4a5c65fa5874 104=Music.DiscNumber
6b223b6a-162e-4aa9-b39f-05d678fc6d77 100=Music.SynchronizedLyrics
6b8da074-3b5c-43bc-886f-0a2cdce00b6f 100=ItemName
6d6d5d49-265d-4688-9f4e-1fdd33e7cc83 100=Identity.InternetSid
6e682923-7f7b-4f0c-a337-cfca296687bf 100=Contact.OtherAddressCity
6fa20de6-d11c-4d9d-a154-64317628c12d 100=ExpandoProperties
71b377d6-e570-425f-a170-809fae73e54e 100=Contact.OtherAddressState
7268af55-1ce4-4f6e-a41f-b6e4ef10e4a9 100=Contact.Profession
72fab781-acda-43e5-b155-b2434f85e678 100=DateCompleted
72fc5ba4-24f9-4011-9f3f-add27afad818 100=Calendar.ReminderTime
730fb6dd-cf7c-426b-a03f-bd166cc9ee24 100=Contact.BusinessAddress
744c8242-4df5-456c-ab9e-014efb9021e3 100=Calendar.OrganizerAddress
74a7de49-fa11-4d3d-a006-db7e08675916 100=Identity.ProviderID
7b9f6399-0a3f-4b12-89bd-4adc51c918af 100=Contact.HomeAddressPostOfficeBox
7d683fc9-d155-45a8-bb1f-89d19bcb792f 100=Identity.DisplayName
807b653a-9e91-43ef-8f97-11ce04ee20c5 100=Communication.Suffix
80f41eb8-afc4-4208-aa5f-cce21a627281 100=Contact.ConnectedServiceIdentities
83a6347e-6fe4-4f40-ba9c-c4865240d1f4 100=Communication.FollowupIconIndex
84d8f337-981d-44b3-9615-c7596dba17e3 100=Contact.EmailAddresses
8589e481-6040-473d-b171-7fa89c2708ed 100=Contact.CompanyMainTelephone
8619a4b6-9f4d-4429-8c0f-b996ca59e335 100=Communication.SecurityFlags
897b3694-fe9e-43e6-8066-260f590c0100 2=Contact.JA.CompanyNamePhonetic 3=Contact.JA.FirstNamePhonetic
    4=Contact.JA.LastNamePhonetic
8afcc170-8a46-4b53-9eee-90bae7151e62 100=Contact.HomeAddressPostalCode
8b26ea41-058f-43f6-aecc-4035681ce977 100=Contact.OtherAddressPostOfficeBox
8c3b93a4-baed-1a83-9a32-102ee313f6eb 100=Identity.Blob
8e531030-b960-4346-ae0d-66bc9a86fb94 100=Communication.Direction
8f167568-0aae-4322-8ed9-6055b7b0e398 100=Contact.OtherAddressCountry
8f367200-c270-457c-b1d4-e07c5bcd90c7 100=Contact.LastName
8fdc6dea-b929-412b-ba90-397a257465fe 100=Contact.CarTelephone
9098f33c-9a7d-48a8-8de5-2e1227a64e91 100=Message.ProofInProgress
91eff6f3-2e27-42ca-933e-7c999fbe310b 100=Contact.BusinessFaxNumber
95c656c1-2abf-4148-9ed3-9ec602e3b7cd 100=Contact.OtherAddressPostalCode
9660c283-fc3a-4a08-a096-eed3aac46da2 100=Contact.DataSuppliers
97b0ad89-df49-49cc-834e-660974fd755b 100=Contact.Label
98f98354-617a-46b8-8560-5b1b64bf1f89 100=Contact.HomeAddress
9a93244d-a7ad-4ff8-9b99-45ee4cc09af6 100=Contact.AssistantTelephone
9a9bc088-4f6d-469e-9919-e705412040f9 100=Message.IsFwdOrReply
9ad5badb-cea7-4470-a03d-b84e51b9949e 100=Contact.Anniversary
9aebae7a-9644-487d-a92c-657585ed751a 100=Media.SubscriptionContentId
9b174b34-40ff-11d2-a27e-00c04fc30871 4=FileOwner
9b174b35-40ff-11d2-a27e-00c04fc30871 2=FreeSpace 3=Capacity 4=Volume.FileSystem
    7=Computer.DecoratedFreeSpace 10=Volume.IsRoot
9c1fcf74-2d97-41ba-b4ae-cb2e3661a6e4 8=Message.HasAttachments
9cb0c358-9d7a-46b1-b466-dcc6f1a3d93d 100=Contact.DisplayMobilePhoneNumbers
9d2408b6-3167-422b-82b0-f583b7a7cfe3 100=Contact.SpouseName
9f4c2855-9f79-4b39-a8d0-e1d42de1d5f3 2=AppUserModel.RelaunchCommand 3=AppUserModel.RelaunchIconResource
    4=AppUserModel.RelaunchDisplayNameResource 5=AppUserModel.ID 6=AppUserModel.IsDestListSeparator
    8=AppUserModel.ExcludeFromShowInNewInstall 9=AppUserModel.PreventPinning
a19fb7a9-024b-4371-a8bf-4d29c3e4e9c9 100=Contact.ConnectedServiceSupportedActions
a26f4afc-7346-4299-be47-eb1ae613139f 16=Identity.KeyProviderName 17=Identity.KeyProviderContext 100=Identity
a4108708-09df-4377-9dfc-6d99986d5a67 100=Identity.IsMeIdentity
a6744477-c237-475b-a075-54f34498292a 100=Communication.TaskStatusText
a7b6f596-d678-4bc1-b05f-0203d27e8aa1 101=Contact.HomeAddress1Street 102=Contact.HomeAddress1Locality
    103=Contact.HomeAddress1Region 104=Contact.HomeAddress1Country 105=Contact.HomeAddress1PostalCode
    106=Contact.HomeAddress2Street 107=Contact.HomeAddress2Locality 108=Contact.HomeAddress2Region
    109=Contact.HomeAddress2Country 110=Contact.HomeAddress2PostalCode 111=Contact.HomeAddress3Street
    112=Contact.HomeAddress3Locality 113=Contact.HomeAddress3Region 114=Contact.HomeAddress3Country
    115=Contact.HomeAddress3PostalCode 116=Contact.BusinessAddress1Street
    117=Contact.BusinessAddress1Locality 118=Contact.BusinessAddress1Region
    119=Contact.BusinessAddress1Country 120=Contact.BusinessAddress1PostalCode
    121=Contact.BusinessAddress2Street 122=Contact.BusinessAddress2Locality
    123=Contact.BusinessAddress2Region 124=Contact.BusinessAddress2Country
    125=Contact.BusinessAddress2PostalCode 126=Contact.BusinessAddress3Street
    127=Contact.BusinessAddress3Locality 128=Contact.BusinessAddress3Region
    129=Contact.BusinessAddress3Country 130=Contact.BusinessAddress3PostalCode
    131=Contact.OtherAddress1Street 132=Contact.OtherAddress1Locality 133=Contact.OtherAddress1Region
    134=Contact.OtherAddress1Country 135=Contact.OtherAddress1PostalCode 136=Contact.OtherAddress2Street
    137=Contact.OtherAddress2Locality 138=Contact.OtherAddress2Region 139=Contact.OtherAddress2Country
    140=Contact.OtherAddress2PostalCode 141=Contact.OtherAddress3Street 142=Contact.OtherAddress3Locality
    143=Contact.OtherAddress3Region 144=Contact.OtherAddress3Country 145=Contact.OtherAddress3PostalCode
a82d9ee7-ca67-4312-965e-226bcea85023 100=Message.Flags
a8a74b92-361b-4e9a-b722-7c4a7330a312 100=Identity.ProviderData
aaa660f9-9865-458e-b484-01bc7fe3973e 100=Calendar.OrganizerName
aaf16bac-2b55-45e6-9f6d-415eb94910df 100=Contact.TTYTDDTelephone
b0b87314-fcf6-4feb-8dff-a50da6af561c 100=Contact.BusinessAddressCountry
b2f9b9d6-fec4-4dd5-94d7-8957488c807b 2=FilePlaceholderStatus
b33af30b-f552-4584-936c-cb93e5cda29f 100=Calendar.RequiredAttendeeNames
b5c84c9e-5927-46b5-a3cc-933c21b78469 100=Contact.ConnectedServiceName
b725f130-47ef-101a-a5f1-02608c9eebac 13=FileAttributes 14=DateModified 15=DateCreated 16=DateAccessed
    18=FileAllocationSize 21=FileFRN 25=FolderNameDisplay
b96eff7b-35ca-4a35-8607-29e3a54c46ea 100=IdentityProvider.Name
bc4e71ce-17f9-48d5-bee9-021df0ea5409 100=Contact.BusinessAddressPostOfficeBox
bccc8a3c-8cef-42e5-9b1c-c69079398bc7 100=Message.ToDoTitle
be1a72c6-9a1d-46b7-afe7-afaf8cef4999 100=Communication.TaskStatus
bf53d1c3-49e0-4f7f-8567-5a821d8ac542 100=Contact.CallbackTelephone
bfee9149-e3e2-49a7-a862-c05988145cec 100=Calendar.IsOnline
c07b4199-e1df-4493-b1e1-de5946fb58f8 100=Address.Country 101=Address.CountryCode 102=Address.Region
    103=Address.RegionCode 104=Address.Town
c0ac206a-827e-4650-95ae-77e2bb74fcc9 100=Contact.MailingAddress
c2ea046e-033c-4e91-bd5b-d4942f6bbe49 2=CreatorAppId 3=CreatorOpenWithUIOptions
c4322503-78ca-49c6-9acc-a68e2afd7b6b 100=Identity.UserName
c449d5cb-9ea4-4809-82e8-af9d59ded6d1 100=Music.IsCompilation
c554493c-c1f7-40c1-a76c-ef8c0614003e 100=Contact.TelexNumber
c75faa05-96fd-49e7-9cb4-9f601082d553 100=EndDate
c89a23d0-7d6d-4eb8-87d4-776a82d493e5 100=Contact.HomeAddressState
c8ea94f0-a9e3-4969-a94b-9c62a95324e0 100=Contact.PrimaryAddressCity
c9c34f84-2241-4401-b607-bd20ed75ae7f 100=Communication.HeaderItem
cc6f4f24-6083-4bd4-8754-674d0de87ab8 100=Contact.EmailName
cd102c9c-5540-4a88-a6f6-64e4981c8cd1 100=Contact.AssistantName
cd9ed458-08ce-418f-a70e-f912c7bb9c5c 103=Message.MessageClass
cdbfc167-337e-41d8-af7c-8c09205429c7 100=ApplicationDefinedProperties
cfa31b45-525d-4998-bb44-3f7d81542fa4 100=Media.DlnaProfileID
d042d2a1-927e-40b5-a503-6edbd42a517e 100=Contact.PhoneNumbersCanonical
d4729704-8ef1-43ef-9024-2bd381187fd5 100=Contact.Children
d55bae5a-3892-417a-a649-c6ac5aaaeab3 100=Calendar.OptionalAttendeeAddresses
d5cdd502-2e9c-101b-9397-08002b2cf9ae 2=Category 15=Company 26=ContentType 27=ContentStatus 28=Language
d6304e01-f8f5-4f45-8b15-d024a6296789 100=Contact.PagerTelephone
d68dbd8a-3374-4b81-9972-3ec30682db3d 100=Contact.IMAddress
d7750ee0-c6a4-48ec-b53e-b87b52e6d073 100=ImageParsingName
da520e51-f4e9-4739-ac82-02e0a95c9030 100=Identity.QualifiedUserName
dc54fd2e-189d-4871-aa01-08c2f57a4abc 100=FlagStatusText
dc8f80bd-af1e-4289-85b6-3dfc1b493992 100=Message.ConversationID 101=Message.ConversationIndex
ddd1460f-c0bf-4553-8ce4-10433c908fb0 100=Contact.BusinessAddressStreet
de41cc29-6971-4290-b472-f59f2e2f31e2 100=Media.DateReleased
de5ef3c7-46e1-484e-9999-62c5308394c1 100=Contact.PrimaryAddressPostOfficeBox
deeb2db5-0696-4ce0-94fe-a01f77a45fb5 102=Music.ArtistSortOverride
e1d4a09e-d758-4cd1-b6ec-34a8b5a73f80 100=Contact.BusinessAddressPostalCode
e3e0584c-b788-4a5a-bb20-7f5a44c9acdd 2=Message.BccAddress 3=Message.BccName 4=Message.CcAddress
    5=Message.CcName 9=Communication.AccountName 11=Importance 12=FlagStatus 13=Message.FromAddress
    14=Message.FromName 15=Message.Store 16=Message.ToAddress 17=Message.ToName 18=Contact.WebPage
    19=Message.DateSent 20=Message.DateReceived 21=Message.AttachmentNames
e4f10a3c-49e6-405d-8288-a23bd4eeaa6c 100=FileExtension
e53d799d-0f3f-466e-b2ff-74634a3cb7a4 100=Contact.PrimaryAddressCountry
e55fc3b0-2b60-4220-918e-b21e8bf16016 100=Identity.UniqueID
e6822fee-8c17-4d62-823c-8e9cfcbd1d5c 100=Audio.IsVariableBitRate
ec0b4191-ab0b-4c66-90b6-c6637cdebbab 100=Communication.PolicyTag
f1176dfe-7138-4640-8b4c-ae375dc70a6d 100=Contact.PrimaryAddressState
f18dedf3-337f-42c0-9e03-cee08708a8c3 100=Identity.LogonStatusString
f1a24aa7-9ca7-40f6-89ec-97def9ffe8db 100=Contact.FileAsName
f1fdb4af-f78c-466c-bb05-56e92db0b8ec 103=Music.AlbumArtistSortOverride
f271c659-7e5e-471f-ba25-7f77b286f836 100=Contact.BusinessEmailAddresses
f29f85e0-4ff9-1068-ab91-08002b27b3d9 2=Title 4=Author 5=Keywords 6=Comment 18=ApplicationName
    24=HighKeywords 27=ThumbnailStream
f3d8f40d-50cb-44a2-9718-40cb9119495d 100=Contact.Initials
f6272d18-cecc-40b1-b26a-3911717aa7bd 100=Calendar.Location
f8fa7fa3-d12b-4785-8a4e-691a94f7a3e7 100=Contact.EmailAddress
fc9f7306-ff8f-4d49-9fb6-3ffe5c0951ec 100=Contact.Department
fcc16823-baed-4f24-9b32-a0982117f7fa 100=Identity.PrimaryEmailAddress
fceff153-e839-4cf3-a9e7-ea22832094b8 100=FileOfflineAvailabilityStatus 101=FolderKind
    113=CachedFileUpdaterContentIdForStream 114=CachedFileUpdaterContentIdForConflictResolution
    131=ContentUri 132=ContentId
fd122953-fa93-4ef7-92c3-04c946b2f7c8 100=Music.DisplayArtist
ff962609-b7d6-4999-862d-95180d529aea 100=Contact.OtherAddressStreet
"""

Key = tuple[bytes, int]


@functools.cache
def _names() -> dict[Key, str]:
    found: dict[Key, str] = {}
    guid = b""
    for word in _TABLE.split():
        number, separator, name = word.partition("=")
        if separator:
            found[guid, int(number)] = "System." + name
        else:
            guid = uuid.UUID(word).bytes_le
    return found


@functools.cache
def _keys() -> dict[str, Key]:
    return {name.lower(): key for key, name in _names().items()}


def key_of(name: str) -> Key | None:
    """Names are compared without regard to case."""
    return _keys().get(name.lower())


def name_of(key: Key) -> str | None:
    return _names().get(key)
